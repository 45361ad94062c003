// Functions of two values with broadcasting: add, sub, mul, div, minimum, maximum, and the
// masks greater, greater_equal, less, less_equal, equal. The formulas are in
// binary_formulas.h, the broadcasting in broadcast.h.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

enum class BinaryOp {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMinimum,  // NaN where either is NaN; equal values share the gradient
  kMaximum,
  kGreater,  // this and the rest: 1 where it holds, else 0; no gradient
  kGreaterEqual,
  kLess,
  kLessEqual,
  kEqual,
};

const char* name_of(BinaryOp op);  // "add", ...
bool has_gradient(BinaryOp op);

// y = op(a, b), element by element.
//
// Shapes    a and b broadcast to y (NumPy's rules), rank <= 6; zero elements allowed.
// Types     float32, bfloat16 (float arithmetic); float64 on the CPU. All of one type.
// Writes    y is overwritten; no overlap with a or b.
// Repeats   run_to_run.
void binary(Exec& exec, BinaryOp op, ConstView a, ConstView b, View y);

// What the backward pass reads besides dy, given which gradients are wanted.
struct BinaryReads {
  bool a;
  bool b;
};
BinaryReads binary_backward_reads(BinaryOp op, bool wants_da, bool wants_db);

// da = dy * d op / da summed over the axes along which a was repeated; db likewise. One
// pass over dy makes both.
//
// Shapes    dy like y; da like a, db like b; an empty view (no data) is not wanted.
// Types     as above; sums are kept in float (double for float64).
// Reads     a and b may have no data where binary_backward_reads says so, but their shapes
//           must be there.
// Writes    da and db are overwritten, never added to; no overlap with an input.
// Repeats   run_to_run: partial sums over ranges cut by size, added in order.
void binary_backward(Exec& exec, BinaryOp op, ConstView a, ConstView b, ConstView dy, View da,
                     View db);

}  // namespace salix::kernels
