#include "kernels/avg_pool2d/avg_pool2d.h"
#include "kernels/common/avg_pool_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

void avg_pool2d(Exec& exec, ConstView x, View y, AvgPool2dParams params) {
  avg_pool(exec, x, y, height_axis(x.dim(1), params), width_axis(x.dim(2), params));
}

void avg_pool2d_backward(Exec& exec, ConstView dy, View dx, AvgPool2dParams params) {
  avg_pool_backward(exec, dy, dx, height_axis(dx.dim(1), params), width_axis(dx.dim(2), params));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
