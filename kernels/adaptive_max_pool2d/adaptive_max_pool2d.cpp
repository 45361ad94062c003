#include "kernels/adaptive_max_pool2d/adaptive_max_pool2d.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/pool_checks.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::adaptive_max_pool2d) adaptive_max_pool2d;
decltype(kernels::adaptive_max_pool2d_backward) adaptive_max_pool2d_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::adaptive_max_pool2d) adaptive_max_pool2d;
decltype(kernels::adaptive_max_pool2d_backward) adaptive_max_pool2d_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::adaptive_max_pool2d) adaptive_max_pool2d;
decltype(kernels::adaptive_max_pool2d_backward) adaptive_max_pool2d_backward;
}  // namespace cuda

void adaptive_max_pool2d(Exec& exec, ConstView x, View y, View index) {
  check_pool_maps("adaptive_max_pool2d", x, y);
  if (!index.empty()) check_pool_index("adaptive_max_pool2d", index, y);
  run_on_device("adaptive_max_pool2d", exec,
                Implementations{cpu::adaptive_max_pool2d, simt::adaptive_max_pool2d,
                                SALIX_CUDA(cuda::adaptive_max_pool2d)},
                x, y, index);
}

void adaptive_max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx) {
  check_pool_maps("adaptive_max_pool2d_backward", dx, dy);
  check_pool_index("adaptive_max_pool2d_backward", index, dy);
  run_on_device(
      "adaptive_max_pool2d_backward", exec,
      Implementations{cpu::adaptive_max_pool2d_backward, simt::adaptive_max_pool2d_backward,
                      SALIX_CUDA(cuda::adaptive_max_pool2d_backward)},
      dy, index, dx);
}

}  // namespace salix::kernels
