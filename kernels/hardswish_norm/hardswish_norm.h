// h-swish (Howard et al., ICCV 2019) of a batch-normalised map, perhaps times a gate per image and
// channel, as if it lay in memory: what an inverted residual block reads of its wide maps. Only the
// map before the norm is kept; each pass makes the rest as it goes.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// z = (x - mean) * (gamma * inv_std) + beta, and h = z * clamp(z + 3, 0, 6) / 6.
struct NormedMap {
  ConstView x;                           // [N,...,C]
  ConstView mean, inv_std, gamma, beta;  // [C]; the first two as batch norm leaves them
};

// Shapes    maps like x; gate, average, dgate, daverage [N,C].
// Types     x, other maps and gates float32, bfloat16, or float64 on the CPU; the norm's four
//           float32, or float64 with float64 x.
// Writes    the last argument is overwritten. dz may be dy itself; else no overlap with inputs.
// Repeats   run_to_run, for any number of threads: sums of chunks cut by size, added in order.

// y = h * gate; an empty gate is 1.
void hardswish_norm(Exec& exec, const NormedMap& map, ConstView gate, View y);

// average(n,c) = the mean of h over the pixels of image n.
void hardswish_norm_average(Exec& exec, const NormedMap& map, View average);

// dgate(n,c) = the sum over pixels of dy * h.
void hardswish_norm_gate_gradient(Exec& exec, const NormedMap& map, ConstView dy, View dgate);

// dz = (dy * gate + daverage / pixels) * dh/dz: what the norm's own backward starts from. An empty
// gate is 1, an empty daverage 0.
void hardswish_norm_backward(Exec& exec, const NormedMap& map, ConstView dy, ConstView gate,
                             ConstView daverage, View dz);

}  // namespace salix::kernels
