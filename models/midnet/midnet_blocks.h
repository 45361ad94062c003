// The blocks of midnet's decoder, after "Multi-interactive Dual-decoder" (MIDD, Tu et al. 2021).
#pragma once

#include <array>
#include <memory>

#include "layers/modules/conv_batch_norm.h"

namespace salix {

// "CA": x * sigmoid(m(mean of x) + m(maximum of x)), where m is two 1x1 convolutions with a
// ReLU between them and half the channels.
class ChannelAttention : public Module {
 public:
  ChannelAttention(Exec& exec, std::int64_t channels);
  Tensor operator()(const Tensor& x) const;

 private:
  Tensor mix(const Tensor& pooled) const;
  Conv2d reduce_, expand_;
};

// What both deepest maps say together, seen at four resolutions.
class GlobalInfo : public Module {
 public:
  static constexpr int kChannels = 512;
  explicit GlobalInfo(Exec& exec);
  // rgb, modality [N,h,w,512] -> [N,h,w,512]
  Tensor operator()(const Tensor& rgb, const Tensor& modality);

 private:
  static constexpr std::array<int, 4> kBins{13, 9, 5, 1};
  ChannelAttention attention_;
  ConvBatchNorm reduce_;
  std::array<std::unique_ptr<Conv2d>, kBins.size()> branches_;
  ConvBatchNorm fuse_;
};

// "GFB": one step up one decoder. Takes what both decoders made a level below, the
// encoder's map of this level, and the global map.
class FusionBlock : public Module {
 public:
  FusionBlock(Exec& exec, std::int64_t deep_channels, std::int64_t channels);
  // own, other [N,.,.,deep_channels]; current [N,h,w,channels]; global [N,.,.,512]
  // -> [N,h,w,channels]
  Tensor operator()(const Tensor& own, const Tensor& other, const Tensor& current,
                    const Tensor& global);

 private:
  ChannelAttention deep_attention_;
  ConvBatchNorm deep_, global_;
  ChannelAttention current_attention_;
  ConvBatchNorm current_, out_;
};

}  // namespace salix
