// Convolution, batch norm, and perhaps a residual and a ReLU: the unit ResNet is made of.
// For inference the norm is folded into the convolution, which then does all four.
#pragma once

#include <string>

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

  Conv2d conv;
  BatchNorm2d norm;

 protected:
  void on_prepare_inference() override;
  void on_mode_change() override { folded_.reset(); }

 private:
  template <typename T>
  PackedConv2d fold() const;

  PackedConv2d folded_;
};

}  // namespace salix
