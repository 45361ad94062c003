#include "kernels/avg_pool2d/avg_pool2d.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/pool_checks.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::avg_pool2d) avg_pool2d;
decltype(kernels::avg_pool2d_backward) avg_pool2d_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::avg_pool2d) avg_pool2d;
decltype(kernels::avg_pool2d_backward) avg_pool2d_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::avg_pool2d) avg_pool2d;
decltype(kernels::avg_pool2d_backward) avg_pool2d_backward;
}  // namespace cuda

void avg_pool2d(Exec& exec, ConstView x, View y, AvgPool2dParams params) {
  check_strided_pool("avg_pool2d", x, y, params.kernel, params.stride, params.padding);
  run_on_device("avg_pool2d", exec,
                Implementations{cpu::avg_pool2d, simt::avg_pool2d, SALIX_CUDA(cuda::avg_pool2d)}, x,
                y, params);
}

void avg_pool2d_backward(Exec& exec, ConstView dy, View dx, AvgPool2dParams params) {
  check_strided_pool("avg_pool2d_backward", dx, dy, params.kernel, params.stride, params.padding);
  run_on_device("avg_pool2d_backward", exec,
                Implementations{cpu::avg_pool2d_backward, simt::avg_pool2d_backward,
                                SALIX_CUDA(cuda::avg_pool2d_backward)},
                dy, dx, params);
}

}  // namespace salix::kernels
