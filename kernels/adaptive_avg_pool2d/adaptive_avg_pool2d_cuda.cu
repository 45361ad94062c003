#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"
#include "kernels/common/avg_pool_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

void adaptive_avg_pool2d(Exec& exec, ConstView x, View y) {
  avg_pool(exec, x, y, adaptive_pool_axis(x.dim(1), y.dim(1)),
           adaptive_pool_axis(x.dim(2), y.dim(2)));
}

void adaptive_avg_pool2d_backward(Exec& exec, ConstView dy, View dx) {
  avg_pool_backward(exec, dy, dx, adaptive_pool_axis(dx.dim(1), dy.dim(1)),
                    adaptive_pool_axis(dx.dim(2), dy.dim(2)));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
