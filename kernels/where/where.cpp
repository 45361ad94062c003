#include "kernels/where/where.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::where) where;
decltype(kernels::where_backward) where_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::where) where;
decltype(kernels::where_backward) where_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::where) where;
decltype(kernels::where_backward) where_backward;
}  // namespace cuda

namespace {

void check(const char* op, const ConstView& mask, const char* name, const ConstView& other) {
  check_same_shape(op, "the mask", mask, name, other);
  check_same_dtype(op, "the mask", mask, name, other);
}

}  // namespace

void where(Exec& exec, ConstView mask, ConstView a, ConstView b, View y) {
  check("where", mask, "a", a);
  check("where", mask, "b", b);
  check("where", mask, "y", y);
  check_no_overlap("where", "the mask", mask, "y", y);
  check_no_overlap("where", "a", a, "y", y);
  check_no_overlap("where", "b", b, "y", y);
  if (y.numel() == 0) return;
  run_on_device("where", exec, Implementations{cpu::where, simt::where, SALIX_CUDA(cuda::where)},
                mask, a, b, y);
}

void where_backward(Exec& exec, ConstView mask, ConstView dy, View da, View db) {
  check("where_backward", mask, "dy", dy);
  for (const View& gradient : {da, db}) {
    if (gradient.empty()) continue;
    check("where_backward", mask, "the gradient", gradient);
    check_no_overlap("where_backward", "the mask", mask, "the gradient", gradient);
    check_no_overlap("where_backward", "dy", dy, "the gradient", gradient);
  }
  if (dy.numel() == 0) return;
  run_on_device(
      "where_backward", exec,
      Implementations{cpu::where_backward, simt::where_backward, SALIX_CUDA(cuda::where_backward)},
      mask, dy, da, db);
}

}  // namespace salix::kernels
