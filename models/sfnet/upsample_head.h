// The convolutions with which sfnet doubles the size of a map.
#pragma once

#include "layers/modules/conv_batch_norm.h"

namespace salix {

// x + relu(bn1(conv1(x))), enlarged twice with aligned corners, relu(bn2(conv2(.))); 3x3.
// State: conv1, bn1, conv2, bn2.
class UpsampleHead : public Module {
 public:
  UpsampleHead(Exec& exec, std::int64_t in_channels, std::int64_t out_channels);
  Tensor operator()(const Tensor& x);  // [N,h,w,Cin] -> [N,2h,2w,Cout]

 private:
  ConvBatchNorm refine_, project_;
};

}  // namespace salix
