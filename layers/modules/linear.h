// Fully connected layer.
#pragma once

#include "layers/functional/matmul.h"
#include "layers/modules/module.h"
#include "layers/modules/packed_conv2d.h"

namespace salix {

// State: weight [out,in], bias [out]; PyTorch's default initialisation.
class Linear : public Module {
 public:
  Linear(Exec& exec, std::int64_t in_features, std::int64_t out_features);

  Tensor operator()(const Tensor& x) const;  // [..,in] -> [..,out]

  Tensor weight, bias;

 protected:
  // On a CPU: as a 1x1 convolution, whose weight lies in the library's order once and for all.
  void on_prepare_inference() override;
  void on_mode_change() override { packed_.reset(); }

 private:
  PackedConv2d packed_;
};

}  // namespace salix
