#include "train/inference/saliency_function.h"

#include "data/image/normalize.h"
#include "data/image/resize_opencv.h"
#include "layers/functional/resize_bilinear.h"

namespace salix {

SaliencyFunction saliency_of(Network& network, bool at_input_size) {
  return {.logits =
              [&network, at_input_size](const Tensor& image, const Tensor& modality) {
                Tensor logits = network.outputs(image, modality).front().tensor;
                const bool smaller = logits.dim(1) != image.dim(1) || logits.dim(2) != image.dim(2);
                if (!at_input_size || !smaller) return logits;
                return resize_bilinear(logits, image.dim(1), image.dim(2));
              },
          .needs_modality = network.needs_modality()};
}

data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width) {
  data::FloatMap map = data::resize_bilinear_opencv(probability, height, width);
  data::quantize_to_255(map);
  return map;
}

}  // namespace salix
