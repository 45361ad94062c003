// What LocalViT (Li et al., 2021) puts in place of a transformer's feed-forward network: an
// inverted residual block with a depthwise 3x3 convolution, so that neighbouring tokens meet.
#pragma once

#include "layers/modules/conv_batch_norm.h"
#include "layers/modules/linear.h"

namespace salix {

// x times a gate per image and channel: the mean over the map, two linear layers with a ReLU
// between them, and a hard sigmoid (Hu et al., 2018). Names as in LocalViT: fc.0, fc.2.
class SqueezeExcite : public Module {
 public:
  SqueezeExcite(Exec& exec, std::int64_t channels, std::int64_t squeezed);
  Tensor operator()(const Tensor& x) const;  // [N,H,W,C] -> the same shape
  Tensor gate(const Tensor& average) const;  // [N,C], the map's mean -> [N,C] in 0..1

 private:
  Linear reduce_, expand_;
};

// x + norm(1x1(gated(hswish(norm(3x3 depthwise(hswish(norm(1x1(x)))))))), four times as wide
// inside.
class LocalityFeedForward : public Module {
 public:
  LocalityFeedForward(Exec& exec, std::int64_t channels);
  Tensor operator()(const Tensor& x);  // [N,H,W,C] -> the same shape

 private:
  static constexpr int kWider = 4, kSqueezed = 16;
  bool keeps_wide_maps_once(const Tensor& x) const;
  ConvBatchNorm expand_, depthwise_;
  SqueezeExcite excite_;
  ConvBatchNorm project_;
};

}  // namespace salix
