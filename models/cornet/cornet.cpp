#include "models/cornet/cornet.h"

#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"
#include "layers/functional/upsampled_conv2d.h"
#include "models/weights/pretrained.h"

namespace salix {
namespace {

constexpr int kChannels = CornetDecoder::kChannels;
constexpr int kGroups = 32;
constexpr Conv2dOptions k3x3{.kernel = 3, .padding = 1};

Tensor resize_like(const Tensor& x, const Tensor& other) {
  return resize_bilinear(x, other.dim(1), other.dim(2));
}

}  // namespace

NormedConv::NormedConv(Exec& exec, const Names& names, std::int64_t in_channels,
                       std::int64_t out_channels, int groups)
    : conv_(exec, in_channels, out_channels, k3x3), norm_(exec, groups, out_channels) {
  add_module(names.conv, conv_);
  add_module(names.norm, norm_);
}

Tensor NormedConv::operator()(const Tensor& x) const { return norm_(conv_(x), /*then_relu=*/true); }

Tensor NormedConv::on_enlarged(const Tensor& x, std::int64_t height, std::int64_t width) const {
  return norm_(upsampled_conv2d({x}, conv_.weight, conv_.bias, height, width),
               /*then_relu=*/true);
}

InfoBlock::InfoBlock(Exec& exec)
    : guide_conv_(exec, {"gconv.0", "gconv.1"}, kChannels, kChannels, kGroups),
      fine_conv_(exec, kChannels, kChannels, k3x3),
      coarse_conv_(exec, kChannels, kChannels, k3x3),
      fuse_(exec, 3 * kChannels, kChannels, k3x3) {
  add_module("", guide_conv_);
  add_module("res_conv1", fine_conv_);
  add_module("res_conv2", coarse_conv_);
  add_module("fuse", fuse_);
}

Tensor InfoBlock::operator()(const Tensor& fine, const Tensor& coarse, const Tensor& guide) const {
  const Tensor g = resize_like(guide_conv_(guide), fine);
  const Tensor fine_gate = sigmoid(fine_conv_(fine - g));
  const Tensor enlarged = resize_like(coarse, fine);
  const Tensor coarse_gate = sigmoid(coarse_conv_(enlarged - g));
  return fuse_(concat({fine * fine_gate, enlarged * coarse_gate, g}, 3));
}

CornetDecoder::CornetDecoder(Exec& exec)
    : region_(exec),
      local_(exec),
      widen_(exec, {"gb_conv.0", "gb_conv.1"}, kChannels, 2 * kChannels, 2 * kGroups),
      narrow_(exec, {"gb_conv.4", "gb_conv.5"}, 2 * kChannels, kChannels, kGroups) {
  for (std::size_t i = 0; i < adapters_.size(); ++i) {
    adapters_[i] = std::make_unique<NormedConv>(exec, NormedConv::Names{"0", "1"},
                                                ResNet50::kChannels[i], kChannels, kGroups);
    add_module(str("adapter", i), *adapters_[i]);
  }
  add_module("region", region_);
  add_module("local", local_);
  add_module("", widen_);
  add_module("", narrow_);
}

Tensor CornetDecoder::operator()(const std::array<Tensor, 5>& maps) const {
  std::array<Tensor, 5> y;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = (*adapters_[i])(maps[i]);

  const Tensor region = region_(y[2], y[3], y[4]);
  const std::int64_t height = y[4].dim(1), width = y[4].dim(2);
  const Tensor narrowed = narrow_.on_enlarged(widen_(y[4]), 2 * height, 2 * width);
  const Tensor guide = resize_bilinear(narrowed, 4 * height, 4 * width);
  const Tensor local = local_(y[0], y[1], guide);
  // A sum of 64 products of either sign: under autocast it is float32.
  return sum(autocast_up(local) * resize_like(region, y[0]), {3}, {.keep_axes = true});
}

Cornet::Cornet(Exec& exec) : Network(describe()), encoder(exec), decoder(exec) {
  add_module("encoder", encoder);
  add_module("decoder", decoder);
}

Cornet::Output Cornet::operator()(const Tensor& image) {
  return {resize_like(decoder(encoder(image)), image)};
}

std::vector<NamedOutput> Cornet::outputs(const Tensor& image, const Tensor&) {
  return {{"final", (*this)(image).logits}};
}

NetworkFacts Cornet::describe() {
  return {.name = "cornet", .default_recipe = "pseudo-labels", .signature = "decoder.adapter0."};
}

std::vector<ParameterGroup> Cornet::parameter_groups() { return encoder_and_decoder({"encoder."}); }

LoadSummary Cornet::import_weights(const io::NamedArrays& arrays, bool allow_partial) {
  return import_resnet_network(*this, {&encoder}, arrays, allow_partial);
}

}  // namespace salix
