// 2-d convolution with its weight and bias.
#pragma once

#include "layers/functional/conv2d.h"
#include "layers/modules/module.h"
#include "layers/modules/packed_conv2d.h"

namespace salix {

struct Conv2dOptions {
  int kernel = 1;  // square
  int stride = 1;
  int padding = 0;
  int dilation = 1;
  int groups = 1;
  bool bias = true;
};

// State: weight [Cout,R,S,Cin/groups] (files: [Cout,Cin/groups,R,S]), bias [Cout].
// PyTorch's default initialisation; replace the tensors for another.
class Conv2d : public Module {
 public:
  Conv2d(Exec& exec, std::int64_t in_channels, std::int64_t out_channels, Conv2dOptions options);

  Tensor operator()(const Tensor& x) const;  // [N,H,W,Cin] -> [N,H',W',Cout]

  Tensor weight;
  Tensor bias;  // undefined without one
  const Conv2dParams& params() const { return params_; }

 protected:
  void on_prepare_inference() override;
  void on_mode_change() override { packed_.reset(); }

 private:
  Conv2dParams params_;
  PackedConv2d packed_;
};

}  // namespace salix
