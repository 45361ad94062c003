// One iteration of DHFR: two looks at every scene, and seven losses from a few strokes.
#pragma once

#include <string>
#include <vector>

#include "train/loop/training_step.h"
#include "train/losses/smoothness_loss.h"
#include "train/recipes/scribble/region_contrast.h"
#include "train/recipes/scribble/schedule.h"
#include "train/recipes/scribble/two_passes.h"

namespace salix {

// Of the total. The contrast losses' weights are RegionContrastParams'.
struct ScribbleWeights {
  double partial_ce = 1, consistency = 1, smoothness = 0.3, contour = 1, coherence = 0;
  std::vector<double> levels{1.0, 0.8, 0.8, 0.6, 0.4, 0.4};  // of partial_ce, map by map
};

struct ScribbleStepParams {
  double learning_rate = 1e-4, weight_decay = 0;
  ScribbleSchedule schedule = {};
  UpdateRuleParams update = {.clamp_gradient = 0.5};
  ScribbleWeights weights = {};
  bool true_cross_entropy = false;  // of partial_ce; published: of probabilities taken for logits
  RegionContrastParams contrast = {};
  std::string modality = "prior_d";  // the field of the second encoder
  bool drop_path = true;             // false: no block is ever skipped
  int picture_every = 100;           // iterations; 0: never
};

// Reads "image" and the modality [N,S,S,3], "semantic" [N,S,S,1] (0 background, 1 foreground, 2
// unknown), "instance" [N,S,S,1] (ids of regions) and, if it is there, "contour" [N,S,S,1] in 0..1.
class ScribbleStep : public TrainingStep {
 public:
  ScribbleStep(Exec& exec, Network& network, ScribbleStepParams params);

  Loss loss(const StepInput& input, const TrainingPosition& position) override;
  std::vector<double> rates(const StepInput& input, const TrainingPosition& position) override;
  UpdateRule& update() override { return update_; }
  Module& network() override { return network_; }
  void after_update(const StepInput& input, const Tensor& frozen) override;
  std::vector<StatePart*> more_state() override;

 private:
  // The weighted sum over the saliency maps.
  Tensor partial_ce(const std::vector<Tensor>& maps, const Tensor& semantic) const;

  Network& network_;
  ScribbleStepParams params_;
  UpdateRule update_;
  SmoothnessLoss smoothness_;
  RegionContrast contrast_;
};

}  // namespace salix
