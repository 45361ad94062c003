// Differentiable sums and means over chosen axes.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

struct ReduceParams {
  bool keep_axes = false;  // summed axes stay, with size 1 (PyTorch's keepdim)
};

// Over `axes` (negative: from the last), in any order; over all of them when empty.
// x [N,H,W,C]: mean(x, {1, 2}) is [N,C], sum(x, {-1}, {.keep_axes = true}) is [N,H,W,1].
Tensor sum(const Tensor& x, const std::vector<int>& axes = {}, ReduceParams params = {});
Tensor mean(const Tensor& x, const std::vector<int>& axes = {}, ReduceParams params = {});

}  // namespace salix
