#include "kernels/max_pool2d/max_pool2d.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/pool_checks.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::max_pool2d) max_pool2d;
decltype(kernels::max_pool2d_backward) max_pool2d_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::max_pool2d) max_pool2d;
decltype(kernels::max_pool2d_backward) max_pool2d_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::max_pool2d) max_pool2d;
decltype(kernels::max_pool2d_backward) max_pool2d_backward;
}  // namespace cuda

void max_pool2d(Exec& exec, ConstView x, View y, View index, MaxPool2dParams params) {
  check_strided_pool("max_pool2d", x, y, params.kernel, params.stride, params.padding);
  if (!index.empty()) check_pool_index("max_pool2d", index, y);
  run_on_device("max_pool2d", exec,
                Implementations{cpu::max_pool2d, simt::max_pool2d, SALIX_CUDA(cuda::max_pool2d)}, x,
                y, index, params);
}

void max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx,
                         MaxPool2dParams params) {
  check_strided_pool("max_pool2d_backward", dx, dy, params.kernel, params.stride, params.padding);
  check_pool_index("max_pool2d_backward", index, dy);
  run_on_device("max_pool2d_backward", exec,
                Implementations{cpu::max_pool2d_backward, simt::max_pool2d_backward,
                                SALIX_CUDA(cuda::max_pool2d_backward)},
                dy, index, dx, params);
}

}  // namespace salix::kernels
