#include "kernels/resize_bilinear/resize_bilinear.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::resize_bilinear) resize_bilinear;
decltype(kernels::resize_bilinear_backward) resize_bilinear_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::resize_bilinear) resize_bilinear;
decltype(kernels::resize_bilinear_backward) resize_bilinear_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::resize_bilinear) resize_bilinear;
decltype(kernels::resize_bilinear_backward) resize_bilinear_backward;
}  // namespace cuda

namespace {

// `in_map` is x or dx, `out_map` is y or dy.
void check(const char* op, const ConstView& in_map, const ConstView& out_map) {
  check_rank(op, "the input map", in_map, 4);
  check_shape(op, "the output map", out_map,
              {in_map.dim(0), out_map.dim(1), out_map.dim(2), in_map.dim(3)});
  SALIX_CHECK(in_map.numel() > 0 && out_map.numel() > 0, op, ": all sizes must be positive; got ",
              in_map.shape, " and ", out_map.shape);
  check_same_dtype(op, "input", in_map, "output", out_map);
  check_no_overlap(op, "input", in_map, "output", out_map);
}

}  // namespace

void resize_bilinear(Exec& exec, ConstView x, View y, ResizeBilinearParams params) {
  check("resize_bilinear", x, y);
  run_on_device("resize_bilinear", exec,
                Implementations{cpu::resize_bilinear, simt::resize_bilinear,
                                SALIX_CUDA(cuda::resize_bilinear)},
                x, y, params);
}

void resize_bilinear_backward(Exec& exec, ConstView dy, View dx, ResizeBilinearParams params) {
  check("resize_bilinear_backward", dx, dy);
  run_on_device("resize_bilinear_backward", exec,
                Implementations{cpu::resize_bilinear_backward, simt::resize_bilinear_backward,
                                SALIX_CUDA(cuda::resize_bilinear_backward)},
                dy, dx, params);
}

}  // namespace salix::kernels
