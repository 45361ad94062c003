// Differentiable padding with a constant.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace salix {

// x with before[a] and after[a] entries of `value` around it along each axis a.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& before,
           const std::vector<std::int64_t>& after, double value = 0.0);

}  // namespace salix
