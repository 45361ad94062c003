// A network in an inference pass that is asked for all of its maps and its embedding, not for its
// prediction alone.
#pragma once

#include <string>
#include <vector>

#include "train/inference/inference_item.h"
#include "train/inference/saliency_function.h"

namespace salix {

struct NamedMap {
  std::string name;
  data::FloatMap map;  // [S,S], probabilities at the input's size
};

// What a network says of one image.
struct Features {
  HostValues embedding;        // [1,h,w,C], as the network gives it
  std::vector<NamedMap> maps;  // in the network's order, the prediction first
};

class FeatureFunction {
 public:
  // A network in eval mode, which must outlive this.
  explicit FeatureFunction(Network& network) : network_(network) {}

  // For run_inference(), with items that want logits and no map: all outputs of an image in one
  // row, [N,1,1,K]. It must not outlive this.
  // Errors    InvalidInput, at the first batch, of a network without an embedding.
  SaliencyFunction function();
  // InferenceItem::logits of such an item. On any thread.
  Features unpacked(const HostValues& row) const;

 private:
  struct Layout {
    Shape embedding{0};  // of one image
    std::int64_t side = 0;
    std::vector<std::string> maps;
  };
  Tensor packed(const Tensor& image, const Tensor& modality);

  Network& network_;
  Layout layout_;  // written by the first batch, before any row is unpacked
};

}  // namespace salix
