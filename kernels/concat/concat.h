// Concatenation along one axis, and its inverse, the split.
#pragma once

#include <span>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y = the inputs one after the other along `axis`; the backward cuts dy into the dxs again.
//
// Shapes    all inputs equal but for `axis`; y has the sum of their sizes there. A dx that
//           is not wanted is an empty view with its shape set.
// Types     any, the same for all; bytes are moved, so the result is exact.
// Writes    y and the dxs are overwritten; no overlap.
// Repeats   run_to_run: one writer per element.
void concat(Exec& exec, std::span<const ConstView> inputs, View y, int axis);
void concat_backward(Exec& exec, ConstView dy, std::span<const View> dinputs, int axis);

}  // namespace salix::kernels
