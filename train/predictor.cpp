#include "train/predictor.h"

#include <optional>

#include "data/normalize.h"
#include "data/resize_opencv.h"
#include "data/resize_pillow.h"
#include "engine/autograd/tape.h"
#include "engine/io/weights.h"
#include "layers/functional/unary.h"
#include "layers/modules/init.h"

namespace salix {

LoadedA2s load_a2s(Exec& exec, const std::filesystem::path& path, bool allow_partial) {
  const io::Weights weights = io::read_weights(path);
  const io::NamedArrays& arrays = weights.arrays;
  const bool whole = arrays.contains(wrapper_prefix(arrays) + "decoder.fusion.ad0.0.weight");
  // A whole network overwrites every executed value: nothing need be drawn.
  std::optional<init::SkipInit> skip;
  if (whole) skip.emplace(exec);
  LoadedA2s loaded{std::make_unique<A2s>(exec), {.format = weights.format, .whole_network = whole}};
  try {
    loaded.summary.report =
        whole ? import_network(*loaded.network, arrays)
              : import_encoder(loaded.network->encoder, arrays, allow_partial).report;
  } catch (const InvalidInput& error) {
    throw InvalidInput(str(path.string(), ": ", error.what()));
  }
  return loaded;
}

Tensor image_batch(Exec& exec, const std::vector<data::Image>& images, int size) {
  const std::size_t per_image = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
  std::vector<float> values(images.size() * per_image);
  for (std::size_t n = 0; n < images.size(); ++n) {
    data::normalize_rgb(data::resize_bicubic_pillow(images[n], size, size),
                        std::span(values).subspan(n * per_image, per_image));
  }
  return Tensor::from_host(exec, values, {static_cast<std::int64_t>(images.size()), size, size, 3});
}

data::FloatMap at_image_size(const data::FloatMap& probability, int height, int width) {
  data::FloatMap map = data::resize_bilinear_opencv(probability, height, width);
  data::quantize_to_255(map);
  return map;
}

A2sPredictor::A2sPredictor(A2s& network, int size) : network_(network), size_(size) {
  SALIX_CHECK(size >= 32 && size <= 4096,
              "predict: the network's input size must be 32..4096; got ", size);
  SALIX_CHECK(!network.training(), "predict: call eval() on the network first");
}

A2sPredictor::Prediction A2sPredictor::operator()(const std::vector<data::Image>& images) {
  Exec& exec = network_.encoder.state().front().tensor->exec();
  const NoGrad no_grad(exec);
  Prediction result{{}, network_(image_batch(exec, images, size_)).logits};
  const std::vector<float> values = sigmoid(result.logits).to_vector<float>();
  const std::size_t per_image = static_cast<std::size_t>(size_) * static_cast<std::size_t>(size_);
  for (std::size_t n = 0; n < images.size(); ++n) {
    data::FloatMap map(size_, size_);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(n * per_image), per_image,
                map.values.begin());
    result.maps.push_back(at_image_size(map, images[n].height, images[n].width));
  }
  return result;
}

io::Array A2sPredictor::logits(const io::Array& batch) {
  SALIX_CHECK(batch.shape.rank() == 4 && batch.shape[1] == 3 && batch.numel() > 0,
              "predict: a .npy batch must be [N,3,H,W], normalised; got ", batch.shape);
  Exec& exec = network_.encoder.state().front().tensor->exec();
  const NoGrad no_grad(exec);
  return to_nchw(network_(from_nchw(exec, batch.to_float32())).logits);
}

}  // namespace salix
