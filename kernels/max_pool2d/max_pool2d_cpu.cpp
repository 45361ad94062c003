#include "kernels/common/max_pool_cpu.h"
#include "kernels/max_pool2d/max_pool2d.h"

namespace salix::kernels::cpu {

void max_pool2d(Exec&, ConstView x, View y, View index, MaxPool2dParams params) {
  visit_float("max_pool2d", x.dtype, [&](auto tag) {
    max_pool<typename decltype(tag)::type>(x, y, index, height_axis(x.dim(1), params),
                                           width_axis(x.dim(2), params));
  });
}

void max_pool2d_backward(Exec&, ConstView dy, ConstView index, View dx, MaxPool2dParams params) {
  visit_float("max_pool2d_backward", dy.dtype, [&](auto tag) {
    max_pool_backward<typename decltype(tag)::type>(dy, index, dx, height_axis(dx.dim(1), params),
                                                    width_axis(dx.dim(2), params));
  });
}

}  // namespace salix::kernels::cpu
