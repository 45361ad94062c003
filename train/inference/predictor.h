// From photographs to saliency maps: the published per-image procedure around a network.
#pragma once

#include <vector>

#include "data/image/image.h"
#include "engine/io/array.h"
#include "models/network.h"

namespace salix {

// Predicts with a prepared network (eval mode, weights loaded).
class Predictor {
 public:
  struct Prediction {
    // Probabilities at the images' own sizes, by at_image_size().
    std::vector<data::FloatMap> maps;
    Tensor logits;  // [N,h,w,1], what the maps were made from
  };

  Predictor(Network& network, int size);

  // RGB images, and for a network of two modalities as many RGB images of the second, of any
  // sizes: depth, flow or thermal as pictures.
  // Errors    InvalidInput when their number is wrong.
  Prediction operator()(const std::vector<data::Image>& images,
                        const std::vector<data::Image>& modalities = {});
  // The logits [N,1,h,w] of a normalised batch [N,3,H,W] in the world's order, and its modality
  // [N,3,H,W] in 0..1; nullptr: none.
  io::Array logits(const io::Array& batch, const io::Array* modality = nullptr);

 private:
  Exec& exec() { return network_.state().front().tensor->exec(); }
  Tensor image_batch(const std::vector<data::Image>& images);
  Tensor modality_batch(const std::vector<data::Image>& modalities, std::size_t images);

  Network& network_;
  int size_;
};

}  // namespace salix
