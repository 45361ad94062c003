// Functions of one value, element by element: relu, gelu, sigmoid, hardswish, abs, pow,
// exp, log, clamp, negate, square, sqrt, reciprocal, affine. The formulas are in
// unary_formulas.h.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

enum class UnaryOp {
  kRelu,
  kGelu,  // exact: x times the normal cumulative distribution, no tanh
  kSigmoid,
  kHardswish,
  kAbs,  // gradient 0 at 0
  kPow,
  kExp,
  kLog,
  kClamp,
  kNegate,
  kSquare,
  kSqrt,
  kReciprocal,
  kAffine,
};

struct UnaryParams {
  double exponent = 1;  // kPow: x^exponent
  double low = 0;       // kClamp: x limited to [low, high]
  double high = 0;
  double scale = 1;  // kAffine: scale x + shift; kReciprocal: scale / x
  double shift = 0;
};

// What the backward pass of `op` reads: the input, the output, or neither.
enum class UnarySaves { kNothing, kInput, kOutput };
UnarySaves unary_saves(UnaryOp op);
const char* name_of(UnaryOp op);  // "relu", ...

// y = op(x), and dx = dy * op'(x). `saved` is x or y as unary_saves(op) says; an empty
// view where that is kNothing.
//
// Shapes    all alike; any rank, zero elements allowed.
// Types     float32, bfloat16 (float arithmetic); float64 on the CPU.
// Writes    y and dx are overwritten, never added to; no overlap with an input.
// Repeats   run_to_run; NaN in, NaN out, also for relu and clamp.
void unary(Exec& exec, UnaryOp op, ConstView x, View y, UnaryParams params = {});
void unary_backward(Exec& exec, UnaryOp op, ConstView saved, ConstView dy, View dx,
                    UnaryParams params = {});

}  // namespace salix::kernels
