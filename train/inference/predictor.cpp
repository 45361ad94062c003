#include "train/inference/predictor.h"

#include <functional>
#include <span>

#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "layers/modules/state_dict.h"
#include "train/inference/saliency_function.h"

namespace salix {
namespace {

// Resized (bicubic as Pillow), scaled by `scale`, one after the other: [N,size,size,3].
Tensor batch_of(Exec& exec, const std::vector<data::Image>& images, int size,
                const std::function<void(const data::Image&, std::span<float>)>& scale) {
  const std::size_t per_image = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
  std::vector<float> values(images.size() * per_image);
  for (std::size_t n = 0; n < images.size(); ++n) {
    scale(data::resize_bicubic_pillow(images[n], size, size),
          std::span(values).subspan(n * per_image, per_image));
  }
  return Tensor::from_host(exec, values, {static_cast<std::int64_t>(images.size()), size, size, 3});
}

void check_batch(const io::Array& batch, const char* what) {
  SALIX_CHECK(batch.shape.rank() == 4 && batch.shape[1] == 3 && batch.numel() > 0,
              "predict: a .npy batch must be [N,3,H,W], ", what, "; got ", batch.shape);
}

}  // namespace

Predictor::Predictor(Network& network, int size) : network_(network), size_(size) {
  SALIX_CHECK(size >= 32 && size <= 4096,
              "predict: the network's input size must be 32..4096; got ", size);
  SALIX_CHECK(!network.training(), "predict: call eval() on the network first");
}

Tensor Predictor::image_batch(const std::vector<data::Image>& images) {
  return batch_of(exec(), images, size_, data::normalize_rgb);
}

Tensor Predictor::modality_batch(const std::vector<data::Image>& modalities, std::size_t images) {
  if (!network_.needs_modality()) return {};
  SALIX_CHECK(modalities.size() == images, "predict: ", network_.name(),
              " needs one depth, flow or thermal image per photograph; got ", modalities.size(),
              " for ", images);
  return batch_of(exec(), modalities, size_, data::scale_modality);
}

Predictor::Prediction Predictor::operator()(const std::vector<data::Image>& images,
                                            const std::vector<data::Image>& modalities) {
  const NoGrad no_grad(exec());
  const Tensor modality = modality_batch(modalities, images.size());
  Prediction result{{}, network_.outputs(image_batch(images), modality).front().tensor};
  const std::vector<data::FloatMap> small = maps_of(sigmoid(result.logits));
  for (std::size_t n = 0; n < images.size(); ++n) {
    result.maps.push_back(at_image_size(small[n], images[n].height, images[n].width));
  }
  return result;
}

io::Array Predictor::logits(const io::Array& batch, const io::Array* modality) {
  check_batch(batch, "normalised");
  const NoGrad no_grad(exec());
  Tensor second;
  if (network_.needs_modality()) {
    SALIX_CHECK(modality != nullptr, "predict: ", network_.name(),
                " needs a modality batch [N,3,H,W] in 0..1 beside the images");
    check_batch(*modality, "in 0..1");
    second = from_nchw(exec(), modality->to_float32());
  }
  return to_nchw(network_.outputs(from_nchw(exec(), batch.to_float32()), second).front().tensor);
}

}  // namespace salix
