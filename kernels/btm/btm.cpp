#include "kernels/btm/btm.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::btm) btm;
decltype(kernels::btm_backward) btm_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::btm) btm;
decltype(kernels::btm_backward) btm_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::btm) btm;
decltype(kernels::btm_backward) btm_backward;
}  // namespace cuda

namespace {

void check_one(const char* op, const char* name, const ConstView& view, const ConstView& saliency) {
  SALIX_CHECK(view.numel() == 1, op, ": ", name, " must have one element; got shape ", view.shape);
  check_same_dtype(op, "the saliency", saliency, name, view);
}

}  // namespace

void btm(Exec& exec, ConstView saliency, ConstView features, View loss, View contour_pixels,
         View slope, BtmParams params) {
  check_rank("btm", "the saliency", saliency, 4);
  check_rank("btm", "the features", features, 4);
  SALIX_CHECK(saliency.dim(3) == 1 && features.shape.with(3, 1) == saliency.shape &&
                  features.dim(3) > 0 && features.dim(3) % 3 == 0 && saliency.numel() > 0,
              "btm: needs a saliency [N,h,w,1] and features [N,h,w,3K] of positive sizes; got ",
              saliency.shape, " and ", features.shape);
  check_same_dtype("btm", "the saliency", saliency, "the features", features);
  check_one("btm", "the loss", loss, saliency);
  check_one("btm", "the number of contour pixels", contour_pixels, saliency);
  if (!slope.empty()) {
    check_same_shape("btm", "the saliency", saliency, "the slope", slope);
    check_same_dtype("btm", "the saliency", saliency, "the slope", slope);
    check_no_overlap("btm", "the saliency", saliency, "the slope", slope);
    check_no_overlap("btm", "the features", features, "the slope", slope);
  }
  run_on_device("btm", exec, Implementations{cpu::btm, simt::btm, SALIX_CUDA(cuda::btm)}, saliency,
                features, loss, contour_pixels, slope, params);
}

void btm_backward(Exec& exec, ConstView dloss, ConstView contour_pixels, ConstView slope, View ds) {
  check_one("btm_backward", "dloss", dloss, slope);
  check_one("btm_backward", "the number of contour pixels", contour_pixels, slope);
  check_same_shape("btm_backward", "the slope", slope, "ds", ds);
  check_same_dtype("btm_backward", "the slope", slope, "ds", ds);
  check_no_overlap("btm_backward", "the slope", slope, "ds", ds);
  run_on_device(
      "btm_backward", exec,
      Implementations{cpu::btm_backward, simt::btm_backward, SALIX_CUDA(cuda::btm_backward)}, dloss,
      contour_pixels, slope, ds);
}

}  // namespace salix::kernels
