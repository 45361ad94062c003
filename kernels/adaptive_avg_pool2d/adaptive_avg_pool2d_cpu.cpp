#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"
#include "kernels/common/avg_pool_cpu.h"

namespace salix::kernels::cpu {

void adaptive_avg_pool2d(Exec&, ConstView x, View y) {
  visit_float("adaptive_avg_pool2d", x.dtype, [&](auto tag) {
    avg_pool<typename decltype(tag)::type>(x, y, adaptive_pool_axis(x.dim(1), y.dim(1)),
                                           adaptive_pool_axis(x.dim(2), y.dim(2)));
  });
}

void adaptive_avg_pool2d_backward(Exec&, ConstView dy, View dx) {
  visit_float("adaptive_avg_pool2d_backward", dy.dtype, [&](auto tag) {
    avg_pool_backward<typename decltype(tag)::type>(
        dy, dx, adaptive_pool_axis(dx.dim(1), dy.dim(1)), adaptive_pool_axis(dx.dim(2), dy.dim(2)));
  });
}

}  // namespace salix::kernels::cpu
