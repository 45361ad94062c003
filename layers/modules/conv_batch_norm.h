// Convolution, batch norm, and perhaps a residual and a ReLU: the unit ResNet is made of.
// For inference the norm is folded into the convolution, which then does all four.
#pragma once

#include <string>

#include "layers/functional/upsampled_conv2d.h"
#include "layers/modules/batch_norm2d.h"
#include "layers/modules/conv2d.h"
#include "layers/modules/packed_conv2d.h"

namespace salix {

class ConvBatchNorm : public Module {
 public:
  struct Names {
    std::string conv, norm;  // under which the two appear in the state
  };
  ConvBatchNorm(Exec& exec, const Names& names, std::int64_t in_channels, std::int64_t out_channels,
                Conv2dOptions options);

  // relu?(norm(conv(x)) + residual?)
  Tensor operator()(const Tensor& x, const BatchNorm2d::Then& then);
  // hardswish(norm(conv(x)))
  Tensor then_hardswish(const Tensor& x);
  // relu?(norm(conv(x enlarged to height x width))); the enlarged map is never made. For
  // convolutions with an odd kernel that keep the size of what they read.
  Tensor on_enlarged(const Tensor& x, std::int64_t height, std::int64_t width,
                     UpsampledConv2dParams params, bool then_relu);

  Conv2d conv;
  BatchNorm2d norm;

 protected:
  void on_prepare_inference() override;
  void on_mode_change() override;

 private:
  template <typename T>
  void fold();
  bool keeps_size() const;

  PackedConv2d folded_;
  PackedConv2d folded_taps_;  // of on_enlarged: the weight's taps as outputs of a 1x1 convolution
  Tensor folded_bias_;        // which has none of its own
};

}  // namespace salix
