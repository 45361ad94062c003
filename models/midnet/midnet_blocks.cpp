#include "models/midnet/midnet_blocks.h"

#include "layers/functional/adaptive_max_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

constexpr int kReduced = 256, kBranch = 128, kFused = 128;
constexpr Conv2dOptions k1x1{.kernel = 1};
constexpr Conv2dOptions k3x3{.kernel = 3, .padding = 1};
const ConvBatchNorm::Names kFirstTwo{"0", "1"};

}  // namespace

ChannelAttention::ChannelAttention(Exec& exec, std::int64_t channels)
    : reduce_(exec, channels, channels / 2, k1x1), expand_(exec, channels / 2, channels, k1x1) {
  add_module("fus.0", reduce_);
  add_module("fus.2", expand_);
}

Tensor ChannelAttention::mix(const Tensor& pooled) const { return expand_(relu(reduce_(pooled))); }

Tensor ChannelAttention::operator()(const Tensor& x) const {
  const Tensor average = mean(x, {1, 2}, {.keep_axes = true});
  const Tensor maximum = adaptive_max_pool2d(x, 1, 1);
  return x * sigmoid(mix(average) + mix(maximum));
}

GlobalInfo::GlobalInfo(Exec& exec)
    : attention_(exec, 2 * kChannels),
      reduce_(exec, kFirstTwo, 2 * kChannels, kReduced, k3x3),
      fuse_(exec, kFirstTwo, kBins.size() * kBranch + kReduced, kChannels, k1x1) {
  add_module("ca", attention_);
  add_module("de_chan", reduce_);
  for (std::size_t j = 0; j < kBins.size(); ++j) {
    branches_[j] = std::make_unique<Conv2d>(exec, kReduced, kBranch,
                                            Conv2dOptions{.kernel = 1, .bias = false});
    add_module(str("b", j, ".1"), *branches_[j]);
  }
  add_module("fus", fuse_);
}

Tensor GlobalInfo::operator()(const Tensor& rgb, const Tensor& modality) {
  const Tensor x = reduce_(attention_(concat({rgb, modality}, 3)), {.relu = true});
  std::vector<Tensor> seen;
  for (std::size_t j = 0; j < kBins.size(); ++j) {
    const Tensor pooled = adaptive_max_pool2d(x, kBins[j], kBins[j]);
    seen.push_back(resize_bilinear(relu((*branches_[j])(pooled)), x.dim(1), x.dim(2),
                                   {.align_corners = true}));
  }
  seen.push_back(x);
  return fuse_(concat(seen, 3), {.relu = true});
}

FusionBlock::FusionBlock(Exec& exec, std::int64_t deep_channels, std::int64_t channels)
    : deep_attention_(exec, 2 * deep_channels),
      deep_(exec, kFirstTwo, 2 * deep_channels, kFused, k3x3),
      global_(exec, kFirstTwo, GlobalInfo::kChannels, kFused, k3x3),
      current_attention_(exec, channels),
      current_(exec, kFirstTwo, channels, kFused, k3x3),
      out_(exec, kFirstTwo, kFused, channels, k3x3) {
  add_module("ca1", deep_attention_);
  add_module("conv1", deep_);
  add_module("conv_globalinfo", global_);
  add_module("ca2", current_attention_);
  add_module("conv_curfeat", current_);
  add_module("conv_out", out_);
}

Tensor FusionBlock::operator()(const Tensor& own, const Tensor& other, const Tensor& current,
                               const Tensor& global) {
  const std::int64_t height = current.dim(1), width = current.dim(2);
  const Tensor deep = deep_attention_(concat({own, other}, 3));
  const Tensor from_deep =
      deep_.on_enlarged(deep, height, width, {.align_corners = true}, /*then_relu=*/true);
  const Tensor from_global =
      global_.on_enlarged(global, height, width, {.align_corners = true}, /*then_relu=*/true);
  const Tensor from_current = current_(current_attention_(current), {.relu = true});
  return out_(from_deep + from_current + from_global, {.relu = true});
}

}  // namespace salix
