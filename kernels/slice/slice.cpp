#include "kernels/slice/slice.h"

#include "kernels/common/box_checks.h"
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
  check_box("slice", "y", y, "x", x, starts);
  if (y.numel() == 0) return;
  run_on_device("slice", exec, Implementations{cpu::slice, simt::slice, SALIX_CUDA(cuda::slice)}, x,
                y, starts);
}

}  // namespace salix::kernels
