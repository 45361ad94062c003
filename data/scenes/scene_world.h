// A scene with everything that the four tasks look at: colour, mask, depth, heat, motion. Generated
// data sets are made of these (docs/datasets.md).
#pragma once

#include <cstdint>
#include <vector>

#include "data/image/image.h"
#include "data/scenes/scene_figure.h"
#include "data/scenes/scene_ground.h"
#include "data/scenes/similarity.h"
#include "engine/philox.h"

namespace salix::data {

struct WorldParams {
  int height = 240;
  int width = 320;
  // Parts of all scenes in which the colours do not show the objects, because they have the
  // ground's colours or because it is night; for tasks whose second modality shows them.
  float camouflaged = 0.0f;
  float at_night = 0.0f;
  // Part in which the objects are as warm as the ground; never one of those above.
  float lukewarm = 0.0f;
};

// Chosen once from the key; then a pure function of the time, in frames.
class SceneWorld {
 public:
  SceneWorld(const PhiloxKey& key, const WorldParams& params);

  struct Body {
    SceneFigure figure;
    bool salient = false;
    float nearness = 0.0f;  // inverse distance, 0..1
    float warmth = 0.0f;    // 0..1
    Point place;            // of the figure's frame in the ground's frame, pixels
    float scale = 1.0f;
    // It swings around its place, by `reach` pixels with `period` frames for each turn.
    float reach_x = 0.0f, reach_y = 0.0f, period = 40.0f, phase = 0.0f;
    float sway = 0.0f;  // turns with it, radians
  };

  const SceneGround& ground() const { return ground_; }
  const SmoothNoise& texture() const { return texture_; }
  const std::vector<Body>& bodies() const { return bodies_; }  // the farthest first
  const WorldParams& params() const { return params_; }
  const PhiloxKey& key() const { return key_; }
  const float* light() const { return light_; }
  bool night() const { return night_; }

  // From the ground's, or a body's, own frame to the picture, in pixels, at a time in frames.
  Similarity ground_pose(float time) const;
  Similarity body_pose(const Body& body, float time) const;

 private:
  SceneWorld(const PhiloxKey& key, const WorldParams& params, SceneRandom random);
  void add_salient(SceneRandom& random, FigureLook look, bool lukewarm);
  void add_others(SceneRandom& random);
  Body stand(SceneRandom& random, SceneFigure figure, float x, float foot_y) const;
  Similarity camera(float time, float parallax) const;

  PhiloxKey key_;
  WorldParams params_;
  SceneGround ground_;
  SmoothNoise texture_;
  std::vector<Body> bodies_;
  float light_[3] = {};
  bool night_ = false;
  float pan_x_ = 0.0f, pan_y_ = 0.0f, zoom_ = 0.0f, roll_ = 0.0f, period_ = 50.0f, phase_ = 0.0f;
};

}  // namespace salix::data
