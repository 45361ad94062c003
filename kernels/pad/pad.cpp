#include "kernels/pad/pad.h"

#include "kernels/common/box_checks.h"
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
  check_box("pad", "x", x, "y", y, before);
  if (y.numel() == 0) return;
  run_on_device("pad", exec, Implementations{cpu::pad, simt::pad, SALIX_CUDA(cuda::pad)}, x, y,
                before, value);
}

}  // namespace salix::kernels
