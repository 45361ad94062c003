#include "kernels/pad/pad.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::pad) pad;
}  // namespace cpu
namespace simt {
decltype(kernels::pad) pad;
}  // namespace simt
namespace cuda {
decltype(kernels::pad) pad;
}  // namespace cuda

void pad(Exec& exec, ConstView x, View y, std::span<const std::int64_t> before, double value) {
  check_rank("pad", "y", y, x.rank());
  SALIX_CHECK(static_cast<int>(before.size()) == x.rank(), "pad: needs one number per axis of ",
              x.shape, "; got ", before.size());
  for (int axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t first = before[static_cast<std::size_t>(axis)];
    SALIX_CHECK(first >= 0 && first + x.dim(axis) <= y.dim(axis), "pad: axis ", axis,
                " of x must fit into ", y.dim(axis), "; got ", first, " .. ", first + x.dim(axis));
  }
  check_same_dtype("pad", "x", x, "y", y);
  check_no_overlap("pad", "x", x, "y", y);
  if (y.numel() == 0) return;
  run_on_device("pad", exec, Implementations{cpu::pad, simt::pad, SALIX_CUDA(cuda::pad)}, x, y,
                before, value);
}

}  // namespace salix::kernels
