#include "kernels/dropout/dropout.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::dropout) dropout;
decltype(kernels::drop_path) drop_path;
}  // namespace cpu
namespace simt {
decltype(kernels::dropout) dropout;
decltype(kernels::drop_path) drop_path;
}  // namespace simt
namespace cuda {
decltype(kernels::dropout) dropout;
decltype(kernels::drop_path) drop_path;
}  // namespace cuda

namespace {

void check(const char* op, const ConstView& x, const ConstView& y, const DropoutParams& params) {
  SALIX_CHECK(params.p >= 0.0f && params.p <= 1.0f, op, ": p must be in [0, 1]; got ", params.p);
  check_same_shape(op, "x", x, "y", y);
  check_same_dtype(op, "x", x, "y", y);
  if (x.data != y.data) check_no_overlap(op, "x", x, "y", y);
}

}  // namespace

void dropout(Exec& exec, ConstView x, View y, const DropoutParams& params) {
  check("dropout", x, y, params);
  run_on_device("dropout", exec,
                Implementations{cpu::dropout, simt::dropout, SALIX_CUDA(cuda::dropout)}, x, y,
                params);
}

void drop_path(Exec& exec, ConstView x, View y, const DropoutParams& params) {
  check("drop_path", x, y, params);
  SALIX_CHECK(x.rank() >= 1 && x.numel() > 0,
              "drop_path: x must be [N,...] with positive sizes; got shape ", x.shape);
  run_on_device("drop_path", exec,
                Implementations{cpu::drop_path, simt::drop_path, SALIX_CUDA(cuda::drop_path)}, x, y,
                params);
}

}  // namespace salix::kernels
