// Surrounding a tensor with a constant. Its gradient is slice.
#pragma once

#include <cstdint>
#include <span>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y[i0,i1,...] = x[i0 - before[0], i1 - before[1], ...] where that is inside x, else `value`.
//
// Shapes    x of any rank up to 6; y of the same rank, with before[a] + x.dim(a) <= y.dim(a).
// Types     any; bytes are moved, `value` is converted to the type.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run: one writer per element.
void pad(Exec& exec, ConstView x, View y, std::span<const std::int64_t> before, double value);

}  // namespace salix::kernels
