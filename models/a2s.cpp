#include "models/a2s.h"

#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"

namespace salix {

SqueezeGate::SqueezeGate(Exec& exec)
    : conv_(exec, AdaBlock::kChannels, AdaBlock::kChannels, {.kernel = 1}),
      unused_norm_(exec, 32, AdaBlock::kChannels) {
  add_module("conv", conv_);
  add_module("gn", unused_norm_);
}

Tensor SqueezeGate::operator()(const Tensor& x) const {
  return x * sigmoid(conv_(mean(x, {1, 2}, /*keep_axes=*/true)));
}

AdaBlock::AdaBlock(Exec& exec, std::int64_t in_channels)
    : conv_(exec, in_channels, kChannels, {.kernel = 3, .padding = 1}),
      norm_(exec, 1, kChannels),
      gate_(exec) {
  add_module("ad0.0", conv_);
  add_module("ad0.1", norm_);
  add_module("se", gate_);
}

Tensor AdaBlock::finish(const Tensor& convolved) const {
  return gate_(norm_(convolved, /*then_relu=*/true));
}

Tensor AdaBlock::operator()(const Tensor& x) const { return finish(conv_(x)); }

Tensor AdaBlock::on_enlarged(const std::vector<Tensor>& maps, std::int64_t height,
                             std::int64_t width) const {
  return finish(
      upsampled_conv2d(maps, conv_.weight, conv_.bias, height, width, {.align_corners = true}));
}

A2sDecoder::A2sDecoder(Exec& exec)
    : ad2_(exec, ResNet50::kChannels[2]),
      ad3_(exec, ResNet50::kChannels[3]),
      ad4_(exec, ResNet50::kChannels[4]),
      fusion_(exec, 3 * AdaBlock::kChannels) {
  add_module("ad2", ad2_);
  add_module("ad3", ad3_);
  add_module("ad4", ad4_);
  add_module("fusion", fusion_);
}

A2sDecoder::Output A2sDecoder::operator()(const std::array<Tensor, 5>& maps) const {
  const std::int64_t height = maps[0].dim(1), width = maps[0].dim(2);
  const std::vector<Tensor> adapted{ad2_(maps[2]), ad3_(maps[3]), ad4_(maps[4])};
  const Tensor fused = fusion_.on_enlarged(adapted, height, width);
  const Tensor centred = fused - mean(fused, {1, 2}, /*keep_axes=*/true);
  const Tensor p = sum(centred, {3}, /*keep_axes=*/true);
  return {p * corner_sign(p), centred};
}

Tensor corner_sign(const Tensor& p) {
  const std::vector<double> values = p.to_vector<double>();
  const std::int64_t images = p.dim(0), height = p.dim(1), width = p.dim(2);
  std::vector<float> signs;
  for (std::int64_t n = 0; n < images; ++n) {
    const double* plane = values.data() + n * height * width;
    int positive = 0;
    for (const std::int64_t corner :
         {std::int64_t{0}, (height - 1) * width, height * width - 1, width - 1}) {
      positive += plane[corner] > 0 ? 1 : 0;
    }
    signs.push_back(positive < 2 ? 1.0f : -1.0f);
  }
  return Tensor::from_host(p.exec(), signs, {images, 1, 1, 1}).to(p.dtype());
}

A2s::A2s(Exec& exec) : encoder(exec), decoder(exec) {
  add_module("encoder", encoder);
  add_module("decoder", decoder);
}

A2s::Output A2s::operator()(const Tensor& image) {
  const A2sDecoder::Output out = decoder(encoder(image));
  const ResizeBilinearParams aligned{.align_corners = true};
  return {resize_bilinear(out.logits, image.dim(1), image.dim(2), aligned), out.features};
}

}  // namespace salix
