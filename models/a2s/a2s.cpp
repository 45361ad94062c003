#include "models/a2s/a2s.h"

#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/slice.h"
#include "layers/functional/unary.h"
#include "models/weights/pretrained.h"

namespace salix {

SqueezeGate::SqueezeGate(Exec& exec)
    : conv_(exec, AdaBlock::kChannels, AdaBlock::kChannels, {.kernel = 1}),
      unused_norm_(exec, 32, AdaBlock::kChannels) {
  add_module("conv", conv_);
  add_module("gn", unused_norm_);
}

Tensor SqueezeGate::operator()(const Tensor& x) const {
  return x * sigmoid(conv_(mean(x, {1, 2}, {.keep_axes = true})));
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
  // What follows takes differences of large sums: under autocast it is float32 from here on.
  const Tensor fused = autocast_up(fusion_.on_enlarged(adapted, height, width));
  const Tensor centred = fused - mean(fused, {1, 2}, {.keep_axes = true});
  const Tensor p = sum(centred, {3}, {.keep_axes = true});
  return {p * corner_sign(p), centred};
}

Tensor corner_sign(const Tensor& p) {
  const Tensor positive = greater(p.detach(), 0.0);
  const int last_row = static_cast<int>(p.dim(1)) - 1, last_column = static_cast<int>(p.dim(2)) - 1;
  const auto corner = [&](int i, int j) { return slice(slice(positive, 1, i, 1), 2, j, 1); };
  const Tensor count =
      corner(0, 0) + corner(last_row, 0) + corner(last_row, last_column) + corner(0, last_column);
  return greater_equal(count, 2.0) * -2.0 + 1.0;
}

A2s::A2s(Exec& exec) : Network(describe()), encoder(exec), decoder(exec) {
  add_module("encoder", encoder);
  add_module("decoder", decoder);
}

A2s::Output A2s::operator()(const Tensor& image) {
  const A2sDecoder::Output out = decoder(encoder(image));
  const ResizeBilinearParams aligned{.align_corners = true};
  return {resize_bilinear(out.logits, image.dim(1), image.dim(2), aligned), out.features};
}

std::vector<NamedOutput> A2s::outputs(const Tensor& image, const Tensor&) {
  return {{"final", (*this)(image).logits}};
}

NetworkFacts A2s::describe() {
  return {.name = "a2s", .default_recipe = "a2s", .signature = "decoder.ad2."};
}

std::vector<ParameterGroup> A2s::parameter_groups() { return encoder_and_decoder({"encoder."}); }

LoadSummary A2s::import_weights(const io::NamedArrays& arrays, bool allow_partial) {
  return import_resnet_network(*this, {&encoder}, arrays, allow_partial);
}

}  // namespace salix
