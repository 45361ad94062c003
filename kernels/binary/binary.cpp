#include "kernels/binary/binary.h"

#include "kernels/binary/broadcast.h"
#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::binary) binary;
decltype(kernels::binary_backward) binary_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::binary) binary;
decltype(kernels::binary_backward) binary_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::binary) binary;
decltype(kernels::binary_backward) binary_backward;
}  // namespace cuda

namespace {

void check_gradient(const char* name, const char* which, const View& gradient,
                    const ConstView& operand, const ConstView& dy) {
  if (gradient.empty()) return;
  check_shape(name, which, gradient, operand.shape);
  check_same_dtype(name, "dy", dy, which, gradient);
  check_no_overlap(name, "dy", dy, which, gradient);
}

}  // namespace

const char* name_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd:
      return "add";
    case BinaryOp::kSub:
      return "sub";
    case BinaryOp::kMul:
      return "mul";
    case BinaryOp::kDiv:
      return "div";
    case BinaryOp::kMinimum:
      return "minimum";
    case BinaryOp::kMaximum:
      return "maximum";
    case BinaryOp::kGreater:
      return "greater";
    case BinaryOp::kGreaterEqual:
      return "greater_equal";
    case BinaryOp::kLess:
      return "less";
    case BinaryOp::kLessEqual:
      return "less_equal";
    case BinaryOp::kEqual:
      return "equal";
  }
  return "?";
}

bool has_gradient(BinaryOp op) {
  return static_cast<int>(op) <= static_cast<int>(BinaryOp::kMaximum);
}

BinaryReads binary_backward_reads(BinaryOp op, bool wants_da, bool wants_db) {
  switch (op) {
    case BinaryOp::kMul:
      return {wants_db, wants_da};
    case BinaryOp::kDiv:
      return {wants_db, wants_da || wants_db};
    case BinaryOp::kMinimum:
    case BinaryOp::kMaximum:
      return {true, true};
    default:
      return {false, false};
  }
}

void binary(Exec& exec, BinaryOp op, ConstView a, ConstView b, View y) {
  const char* name = name_of(op);
  check_same_dtype(name, "a", a, "b", b);
  check_same_dtype(name, "a", a, "y", y);
  check_shape(name, "y", y, broadcast_shape(name, a.shape, b.shape));
  check_no_overlap(name, "a", a, "y", y);
  check_no_overlap(name, "b", b, "y", y);
  if (y.numel() == 0) return;
  run_on_device(name, exec, Implementations{cpu::binary, simt::binary, SALIX_CUDA(cuda::binary)},
                op, a, b, y);
}

void binary_backward(Exec& exec, BinaryOp op, ConstView a, ConstView b, ConstView dy, View da,
                     View db) {
  const char* name = name_of(op);
  SALIX_CHECK(has_gradient(op), name, ": a mask has no gradient");
  check_shape(name, "dy", dy, broadcast_shape(name, a.shape, b.shape));
  check_gradient(name, "da", da, a, dy);
  check_gradient(name, "db", db, b, dy);
  const BinaryReads reads = binary_backward_reads(op, !da.empty(), !db.empty());
  SALIX_CHECK((!reads.a || !a.empty()) && (!reads.b || !b.empty()), name,
              ": the backward pass needs the inputs' values");
  // Formulas ignore what they do not need, so any buffer may stand in, and dy is in the
  // cache at that moment.
  if (!reads.a) a = {dy.data, a.shape, dy.dtype};
  if (!reads.b) b = {dy.data, b.shape, dy.dtype};
  check_same_dtype(name, "a", a, "dy", dy);
  check_same_dtype(name, "b", b, "dy", dy);
  if (dy.numel() == 0) {  // sums of nothing
    for (const View& gradient : {da, db}) {
      if (gradient.empty() || gradient.numel() == 0) continue;
      exec.backend().fill(gradient.data, gradient.numel(), gradient.dtype, 0.0);
    }
    return;
  }
  run_on_device("binary_backward", exec,
                Implementations{cpu::binary_backward, simt::binary_backward,
                                SALIX_CUDA(cuda::binary_backward)},
                op, a, b, dy, da, db);
}

}  // namespace salix::kernels
