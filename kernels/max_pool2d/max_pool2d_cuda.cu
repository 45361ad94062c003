#include "kernels/common/max_pool_gpu.h"
#include "kernels/max_pool2d/max_pool2d.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

void max_pool2d(Exec& exec, ConstView x, View y, View index, MaxPool2dParams params) {
  max_pool(exec, x, y, index, height_axis(x.dim(1), params), width_axis(x.dim(2), params));
}

void max_pool2d_backward(Exec& exec, ConstView dy, ConstView index, View dx,
                         MaxPool2dParams params) {
  max_pool_backward(exec, dy, index, dx, height_axis(dx.dim(1), params),
                    width_axis(dx.dim(2), params));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
