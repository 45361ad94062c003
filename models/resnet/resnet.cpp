#include "models/resnet/resnet.h"

#include "layers/functional/max_pool2d.h"
#include "layers/modules/init.h"

namespace salix {
namespace {

constexpr std::array<int, 4> kBlocks{3, 4, 6, 3};
constexpr std::array<int, 4> kWidths{64, 128, 256, 512};

}  // namespace

Bottleneck::Bottleneck(Exec& exec, std::int64_t in_channels, std::int64_t width, int stride,
                       bool projects)
    : reduce_(exec, {"conv1", "bn1"}, in_channels, width, {.kernel = 1, .bias = false}),
      spatial_(exec, {"conv2", "bn2"}, width, width,
               {.kernel = 3, .stride = stride, .padding = 1, .bias = false}),
      expand_(exec, {"conv3", "bn3"}, width, width * kExpansion, {.kernel = 1, .bias = false}) {
  add_module("", reduce_);
  add_module("", spatial_);
  add_module("", expand_);
  if (projects) {
    projection_ = std::make_unique<ConvBatchNorm>(
        exec, ConvBatchNorm::Names{"0", "1"}, in_channels, width * kExpansion,
        Conv2dOptions{.kernel = 1, .stride = stride, .bias = false});
    add_module("downsample", *projection_);
  }
}

Tensor Bottleneck::operator()(const Tensor& x) {
  const Tensor identity = projection_ ? (*projection_)(x, {}) : x;
  Tensor y = reduce_(x, {.relu = true});
  y = spatial_(y, {.relu = true});
  return expand_(y, {.relu = true, .residual = identity});
}

ResNet50::ResNet50(Exec& exec)
    : stem_(exec, {"conv1", "bn1"}, 3, kChannels[0],
            {.kernel = 7, .stride = 2, .padding = 3, .bias = false}),
      fc_(exec, kChannels[4], 1000) {
  add_module("", stem_);
  std::int64_t channels = kChannels[0];
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (int block = 0; block < kBlocks[layer]; ++block) {
      const bool is_first = block == 0;
      const int stride = is_first && layer > 0 ? 2 : 1;
      layers_[layer].push_back(
          std::make_unique<Bottleneck>(exec, channels, kWidths[layer], stride, is_first));
      channels = kWidths[layer] * Bottleneck::kExpansion;
      add_module(str("layer", layer + 1, ".", block), *layers_[layer].back());
    }
  }
  add_module("fc", fc_);

  for (const StateEntry& entry : parameters()) {
    if (entry.layout != FileLayout::kConvWeight) continue;
    const Shape& shape = entry.tensor->shape();
    *entry.tensor = init::kaiming_normal_fan_out(exec, shape, shape[0] * shape[1] * shape[2]);
    entry.tensor->set_requires_grad(true);
  }
}

std::array<Tensor, 5> ResNet50::operator()(const Tensor& image) {
  SALIX_CHECK(image.rank() == 4 && image.dim(3) == 3, "ResNet50: the image must be [N,H,W,3]; got ",
              image.shape());
  std::array<Tensor, 5> maps;
  maps[0] = stem_(image, {.relu = true});
  Tensor x = max_pool2d(maps[0], {.kernel = 3, .stride = 2, .padding = 1});
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const auto& block : layers_[layer]) x = (*block)(x);
    maps[layer + 1] = x;
  }
  return maps;
}

}  // namespace salix
