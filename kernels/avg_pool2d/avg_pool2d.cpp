#include "kernels/avg_pool2d/avg_pool2d.h"

#include "kernels/common/checks.h"
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

namespace {

// `in_map` is x or dx, `out_map` is y or dy.
void check(const char* op, const ConstView& in_map, const ConstView& out_map,
           const AvgPool2dParams& params) {
  check_pool_maps(op, in_map, out_map);
  check_pool_window(op, in_map.shape, params.kernel, params.stride, params.padding);
  check_shape(op, "the output map", out_map,
              {in_map.dim(0), height_axis(in_map.dim(1), params).out_size,
               width_axis(in_map.dim(2), params).out_size, in_map.dim(3)});
}

}  // namespace

void avg_pool2d(Exec& exec, ConstView x, View y, AvgPool2dParams params) {
  check("avg_pool2d", x, y, params);
  run_on_device("avg_pool2d", exec,
                Implementations{cpu::avg_pool2d, simt::avg_pool2d, SALIX_CUDA(cuda::avg_pool2d)}, x,
                y, params);
}

void avg_pool2d_backward(Exec& exec, ConstView dy, View dx, AvgPool2dParams params) {
  check("avg_pool2d_backward", dx, dy, params);
  run_on_device("avg_pool2d_backward", exec,
                Implementations{cpu::avg_pool2d_backward, simt::avg_pool2d_backward,
                                SALIX_CUDA(cuda::avg_pool2d_backward)},
                dy, dx, params);
}

}  // namespace salix::kernels
