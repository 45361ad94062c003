#include "kernels/slice/slice.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::slice) slice;
}  // namespace cpu
namespace simt {
decltype(kernels::slice) slice;
}  // namespace simt
namespace cuda {
decltype(kernels::slice) slice;
}  // namespace cuda

void slice(Exec& exec, ConstView x, View y, std::span<const std::int64_t> starts) {
  check_rank("slice", "y", y, x.rank());
  SALIX_CHECK(static_cast<int>(starts.size()) == x.rank(), "slice: needs one start per axis of ",
              x.shape, "; got ", starts.size());
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t start = starts[static_cast<std::size_t>(axis)];
    SALIX_CHECK(start >= 0 && start + y.dim(axis) <= x.dim(axis), "slice: axis ", axis,
                " must stay within ", x.dim(axis), "; got ", start, " .. ", start + y.dim(axis));
  }
  check_same_dtype("slice", "x", x, "y", y);
  check_no_overlap("slice", "x", x, "y", y);
  if (y.numel() == 0) return;
  run_on_device("slice", exec, Implementations{cpu::slice, simt::slice, SALIX_CUDA(cuda::slice)}, x,
                y, starts);
}

}  // namespace salix::kernels
