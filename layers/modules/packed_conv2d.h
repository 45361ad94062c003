// A convolution made ready for inference: fixed weights in the vendor library's layout.
#pragma once

#include <memory>

#include "layers/functional/conv2d.h"

namespace salix {

class PackedConv2d {
 public:
  PackedConv2d() = default;  // not ready
  // weight [Cout,R,S,Cin/groups], bias [Cout]; neither may change afterwards. To be called under
  // autocast both are bfloat16: there is no time to round them at each call.
  PackedConv2d(const Tensor& weight, const Tensor& bias, const Conv2dParams& params)
      : PackedConv2d(weight, bias, params, std::make_shared<PackedWeight>()) {}
  // The same with the weight that `source` makes, which need not be kept beside the copy in
  // the library's order: see PackedWeight. Of `weight`, only shape and type count.
  PackedConv2d(const Tensor& weight, const Tensor& bias, const Conv2dParams& params,
               PackedWeight::Source source)
      : PackedConv2d(weight, bias, params, std::make_shared<PackedWeight>(std::move(source))) {}

  bool ready() const { return weight_.defined(); }
  void reset() { *this = {}; }

  // relu?(conv(x) + bias + residual?); a residual passed with std::move may be written over.
  Tensor operator()(const Tensor& x, bool relu, Tensor residual = {}) const {
    Conv2dParams params = params_;
    params.relu = relu;
    return conv2d_fused(x, weight_, bias_, std::move(residual), params, packed_.get());
  }
  // hardswish(conv(x) + bias)
  Tensor then_hardswish(const Tensor& x) const {
    Conv2dParams params = params_;
    params.hardswish = true;
    return conv2d_fused(x, weight_, bias_, {}, params, packed_.get());
  }

 private:
  PackedConv2d(const Tensor& weight, const Tensor& bias, const Conv2dParams& params,
               std::shared_ptr<PackedWeight> packed)
      : weight_(weight.detach()),
        bias_(bias.defined() ? bias.detach() : Tensor()),
        params_(params),
        packed_(std::move(packed)) {}

  Tensor weight_, bias_;
  Conv2dParams params_;
  std::shared_ptr<PackedWeight> packed_;
};

}  // namespace salix
