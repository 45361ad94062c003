// From photographs to saliency maps: the published per-image procedure around a2s.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/image.h"
#include "models/a2s.h"
#include "models/pretrained.h"

namespace salix {

// What was found in a weight file, in words for the user.
struct WeightsSummary {
  std::string format = {};
  bool whole_network = false;  // else an encoder only; the decoder keeps its initial values
  LoadReport report = {};
};

struct LoadedA2s {
  std::unique_ptr<A2s> network;
  WeightsSummary summary;
};

// a2s with the weights of `path`: a file of the whole network, or any encoder file that
// import_encoder() understands. `allow_partial`: an incomplete encoder will do. What the file
// does not bring has initial values drawn from the Exec's seed.
LoadedA2s load_a2s(Exec& exec, const std::filesystem::path& path, bool allow_partial);

// RGB images -> one normalised batch [N,size,size,3] (bicubic as Pillow, ImageNet's mean and
// deviation).
Tensor image_batch(Exec& exec, const std::vector<data::Image>& images, int size);

// A map from the network's own size to an image's: bilinear as OpenCV, rounded to multiples of
// 1/255 (half to even).
data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width);

// Predicts with a prepared network (eval mode, weights loaded).
class A2sPredictor {
 public:
  struct Prediction {
    // Probabilities at the images' own sizes, by at_image_size().
    std::vector<data::FloatMap> maps;
    Tensor logits;  // [N,size,size,1], what the maps were made from
  };

  A2sPredictor(A2s& network, int size);

  Prediction operator()(const std::vector<data::Image>& images);
  // The logits [N,1,H,W] of a normalised batch [N,3,H,W] in the world's order.
  io::Array logits(const io::Array& batch);

 private:
  A2s& network_;
  int size_;
};

}  // namespace salix
