#include "train/inference/saliency_function.h"

#include <algorithm>

#include "data/image/normalize.h"
#include "data/image/resize_opencv.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"

namespace salix {

SaliencyFunction saliency_of(Network& network, bool at_input_size) {
  return [&network, at_input_size](const Tensor& image, const Tensor& modality) {
    const Tensor logits = network.outputs(image, modality).front().tensor;
    const bool smaller = logits.dim(1) != image.dim(1) || logits.dim(2) != image.dim(2);
    if (!at_input_size || !smaller) return sigmoid(logits);
    return sigmoid(resize_bilinear(logits, image.dim(1), image.dim(2)));
  };
}

data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width) {
  data::FloatMap map = data::resize_bilinear_opencv(probability, height, width);
  data::quantize_to_255(map);
  return map;
}

std::vector<data::FloatMap> maps_of(const Tensor& probabilities) {
  const std::vector<float> values = probabilities.to_vector<float>();
  const auto height = static_cast<int>(probabilities.dim(1));
  const auto width = static_cast<int>(probabilities.dim(2));
  std::vector<data::FloatMap> maps;
  auto from = values.begin();
  for (std::int64_t n = 0; n < probabilities.dim(0); ++n) {
    maps.emplace_back(height, width);
    const auto next = from + static_cast<std::ptrdiff_t>(height) * width;
    std::copy(from, next, maps.back().values.begin());
    from = next;
  }
  return maps;
}

}  // namespace salix
