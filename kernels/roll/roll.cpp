#include "kernels/roll/roll.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::roll) roll;
}  // namespace cpu
namespace simt {
decltype(kernels::roll) roll;
}  // namespace simt
namespace cuda {
decltype(kernels::roll) roll;
}  // namespace cuda

void roll(Exec& exec, ConstView x, View y, RollParams params) {
  check_rank("roll", "x", x, 4);
  check_same_shape("roll", "x", x, "y", y);
  check_same_dtype("roll", "x", x, "y", y);
  check_no_overlap("roll", "x", x, "y", y);
  if (x.numel() == 0) return;
  run_on_device("roll", exec, Implementations{cpu::roll, simt::roll, SALIX_CUDA(cuda::roll)}, x, y,
                params);
}

}  // namespace salix::kernels
