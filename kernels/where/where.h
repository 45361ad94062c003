// Choice between two tensors by a mask, element by element (torch.where).
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// y = a where mask != 0, else b. da = dy where mask != 0, else 0; db the other way round.
// What was not chosen has no influence: a NaN there goes neither forward nor backward.
//
// Shapes    all alike; any rank, zero elements allowed.
// Types     float32, bfloat16; float64 on the CPU. The mask has the same type.
// Writes    y, da and db are overwritten; no overlap with an input. da or db may be an
//           empty view: not wanted.
// Repeats   run_to_run.
void where(Exec& exec, ConstView mask, ConstView a, ConstView b, View y);
void where_backward(Exec& exec, ConstView mask, ConstView dy, View da, View db);

}  // namespace salix::kernels
