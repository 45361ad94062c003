// Differentiable slicing.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tensor.h"

namespace salix {

// The box of `sizes` that begins at `starts`, one number per axis of x.
Tensor slice(const Tensor& x, const std::vector<std::int64_t>& starts,
             const std::vector<std::int64_t>& sizes);
// `size` entries from `start` on along one axis (negative: from the last), all of the others.
Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t size);

}  // namespace salix
