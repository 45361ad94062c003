#include "kernels/unary/unary.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::unary) unary;
decltype(kernels::unary_backward) unary_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::unary) unary;
decltype(kernels::unary_backward) unary_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::unary) unary;
decltype(kernels::unary_backward) unary_backward;
}  // namespace cuda

UnarySaves unary_saves(UnaryOp op) {
  return visit_unary<float>(op, {}, [](auto formula) { return decltype(formula)::kSaves; });
}

const char* name_of(UnaryOp op) {
  switch (op) {
    case UnaryOp::kRelu:
      return "relu";
    case UnaryOp::kGelu:
      return "gelu";
    case UnaryOp::kSigmoid:
      return "sigmoid";
    case UnaryOp::kHardswish:
      return "hardswish";
    case UnaryOp::kAbs:
      return "abs";
    case UnaryOp::kPow:
      return "pow";
    case UnaryOp::kExp:
      return "exp";
    case UnaryOp::kLog:
      return "log";
    case UnaryOp::kClamp:
      return "clamp";
    case UnaryOp::kNegate:
      return "negate";
    case UnaryOp::kSquare:
      return "square";
    case UnaryOp::kSqrt:
      return "sqrt";
    case UnaryOp::kReciprocal:
      return "reciprocal";
    case UnaryOp::kAffine:
      return "affine";
  }
  return "?";
}

void unary(Exec& exec, UnaryOp op, ConstView x, View y, UnaryParams params) {
  const char* name = name_of(op);
  check_same_shape(name, "x", x, "y", y);
  check_same_dtype(name, "x", x, "y", y);
  check_no_overlap(name, "x", x, "y", y);
  if (x.numel() == 0) return;
  run_on_device(name, exec, Implementations{cpu::unary, simt::unary, SALIX_CUDA(cuda::unary)}, op,
                x, y, params);
}

void unary_backward(Exec& exec, UnaryOp op, ConstView saved, ConstView dy, View dx,
                    UnaryParams params) {
  const char* name = name_of(op);
  // A formula that saves nothing ignores this argument; dy is a buffer that may be read.
  if (unary_saves(op) == UnarySaves::kNothing) saved = dy;
  check_same_shape(name, "dy", dy, "dx", dx);
  check_same_dtype(name, "dy", dy, "dx", dx);
  check_no_overlap(name, "dy", dy, "dx", dx);
  check_same_shape(name, "the saved tensor", saved, "dx", dx);
  check_same_dtype(name, "the saved tensor", saved, "dx", dx);
  check_no_overlap(name, "the saved tensor", saved, "dx", dx);
  if (dy.numel() == 0) return;
  run_on_device(
      "unary_backward", exec,
      Implementations{cpu::unary_backward, simt::unary_backward, SALIX_CUDA(cuda::unary_backward)},
      op, saved, dy, dx, params);
}

}  // namespace salix::kernels
