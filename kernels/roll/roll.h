// Cyclic shift of a feature map along H and W: how Swin's windows are displaced.
#pragma once

#include <cstdint>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct RollParams {
  std::int64_t shift_h = 0;  // any sign and size; what leaves on one side enters on the other
  std::int64_t shift_w = 0;
};

// y(n, (i + shift_h) mod H, (j + shift_w) mod W, c) = x(n,i,j,c). Its gradient is the roll
// by the negative shifts.
//
// Shapes    x, y [N,H,W,C].
// Types     any; bytes are moved, so the result is exact.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run: one writer per element.
void roll(Exec& exec, ConstView x, View y, RollParams params);

// i mod size, never negative.
inline std::int64_t wrap(std::int64_t i, std::int64_t size) { return ((i % size) + size) % size; }

}  // namespace salix::kernels
