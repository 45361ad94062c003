// Reordering the axes of a tensor, as real data movement: there are no strided views.
#pragma once

#include <span>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// Axis a of y is axis order[a] of x: y[i0,i1,...] = x at the index whose axis order[a] is ia.
//
// Shapes    x of any rank up to 6; y.dim(a) = x.dim(order[a]); order names each axis once.
// Types     any; bytes are moved, so the result is exact.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run: one writer per element.
void permute(Exec& exec, ConstView x, View y, std::span<const int> order);

}  // namespace salix::kernels
