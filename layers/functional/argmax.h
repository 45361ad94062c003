// The position of the largest value.
#pragma once

#include "engine/tensor.h"

namespace salix {

// Along the last axis; int32, without that axis. The first of equal values wins, and NaN
// counts as the largest. Not differentiable: the result never requires a gradient.
Tensor argmax(const Tensor& x);

}  // namespace salix
