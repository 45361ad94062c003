// Differentiable softmax and log-softmax over the last axis.
#pragma once

#include "engine/tensor.h"
#include "kernels/softmax/softmax.h"

namespace salix {

// x [...,C] -> the same shape; each row of C sums to one. For another axis permute first.
Tensor softmax(const Tensor& x);
// log(softmax(x)) without the loss of small probabilities.
Tensor log_softmax(const Tensor& x);

}  // namespace salix
