// Cutting a box out of a tensor. Its gradient is pad with zeros.
#pragma once

#include <cstdint>
#include <span>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y[i0,i1,...] = x[starts[0] + i0, starts[1] + i1, ...]
//
// Shapes    x of any rank up to 6; y of the same rank, with starts[a] + y.dim(a) <= x.dim(a).
// Types     any; bytes are moved, so the result is exact.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run: one writer per element.
void slice(Exec& exec, ConstView x, View y, std::span<const std::int64_t> starts);

}  // namespace salix::kernels
