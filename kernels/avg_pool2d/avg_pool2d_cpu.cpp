#include "kernels/avg_pool2d/avg_pool2d.h"
#include "kernels/common/avg_pool_cpu.h"

namespace salix::kernels::cpu {

void avg_pool2d(Exec&, ConstView x, View y, AvgPool2dParams params) {
  visit_float("avg_pool2d", x.dtype, [&](auto tag) {
    avg_pool<typename decltype(tag)::type>(x, y, height_axis(x.dim(1), params),
                                           width_axis(x.dim(2), params));
  });
}

void avg_pool2d_backward(Exec&, ConstView dy, View dx, AvgPool2dParams params) {
  visit_float("avg_pool2d_backward", dy.dtype, [&](auto tag) {
    avg_pool_backward<typename decltype(tag)::type>(dy, dx, height_axis(dx.dim(1), params),
                                                    width_axis(dx.dim(2), params));
  });
}

}  // namespace salix::kernels::cpu
