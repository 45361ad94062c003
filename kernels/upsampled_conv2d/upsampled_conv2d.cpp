#include "kernels/upsampled_conv2d/upsampled_conv2d.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::upsample_taps) upsample_taps;
decltype(kernels::upsample_taps_backward) upsample_taps_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::upsample_taps) upsample_taps;
decltype(kernels::upsample_taps_backward) upsample_taps_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::upsample_taps) upsample_taps;
decltype(kernels::upsample_taps_backward) upsample_taps_backward;
}  // namespace cuda

namespace {

void check(const char* op, const ConstView& taps, const ConstView& map,
           const UpsampleTapsParams& params) {
  check_rank(op, "the tap map", taps, 4);
  check_rank(op, "the output map", map, 4);
  SALIX_CHECK(params.kernel > 0 && params.kernel % 2 == 1, op,
              ": the kernel size must be odd; got ", params.kernel);
  SALIX_CHECK(
      taps.dim(0) == map.dim(0) && taps.dim(3) == map.dim(3) * params.kernel * params.kernel, op,
      ": the tap map needs [N,h,w,K*K*O] for an output [N,H,W,O]; got ", taps.shape, " and ",
      map.shape, " with K = ", params.kernel);
  SALIX_CHECK(taps.numel() > 0 && map.numel() > 0, op, ": all sizes must be positive; got ",
              taps.shape, " and ", map.shape);
  check_same_dtype(op, "taps", taps, "output", map);
  check_no_overlap(op, "taps", taps, "output", map);
}

}  // namespace

void upsample_taps(Exec& exec, ConstView t, ConstView bias, View y, UpsampleTapsParams params) {
  check("upsample_taps", t, y, params);
  if (!bias.empty()) {
    check_shape("upsample_taps", "bias", bias, {y.dim(3)});
    check_same_dtype("upsample_taps", "bias", bias, "output", y);
  }
  run_on_device(
      "upsample_taps", exec,
      Implementations{cpu::upsample_taps, simt::upsample_taps, SALIX_CUDA(cuda::upsample_taps)}, t,
      bias, y, params);
}

void upsample_taps_backward(Exec& exec, ConstView dy, View dt, UpsampleTapsParams params) {
  check("upsample_taps_backward", dt, dy, params);
  run_on_device("upsample_taps_backward", exec,
                Implementations{cpu::upsample_taps_backward, simt::upsample_taps_backward,
                                SALIX_CUDA(cuda::upsample_taps_backward)},
                dy, dt, params);
}

}  // namespace salix::kernels
