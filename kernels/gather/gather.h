// Looking up rows of a table by index (PyTorch's embedding).
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y[i,...] = table[index[i],...]. The backward: dtable[v,...] = the sum of dy[i,...] over
// all i with index[i] == v, in the order of i.
//
// Shapes    table [V,...], index of any shape, y [index's axes, table's axes but the first];
//           dy like y, dtable like table. V > 0.
// Types     table and y any, the same (the backward: float32, bfloat16 with float sums,
//           float64 on the CPU); index int32 or int64.
// Errors    InvalidInput for an index outside [0, V) on cpu and simt. On cuda the host does
//           not see the indices: such a row is filled with 0xff bytes (NaN, or -1), and the
//           backward leaves it out.
// Writes    y and dtable are overwritten; no overlap.
// Repeats   run_to_run: one writer per row of dtable, no atomics.
void gather(Exec& exec, ConstView table, ConstView index, View y);
void gather_backward(Exec& exec, ConstView dy, ConstView index, View dtable);

}  // namespace salix::kernels
