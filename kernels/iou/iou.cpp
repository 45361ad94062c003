#include "kernels/iou/iou.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::iou) iou;
decltype(kernels::iou_backward) iou_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::iou) iou;
decltype(kernels::iou_backward) iou_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::iou) iou;
decltype(kernels::iou_backward) iou_backward;
}  // namespace cuda

namespace {

void check(const char* op, const ConstView& x, const ConstView& target, const ConstView& sums,
           const ConstView& loss) {
  SALIX_CHECK(x.rank() >= 1 && x.numel() > 0 && loss.numel() == 1, op,
              ": needs x [N,...] not empty and a loss of one element; got shapes ", x.shape,
              " and ", loss.shape);
  check_same_shape(op, "x", x, "the target", target);
  check_shape(op, "the sums", sums, {x.dim(0), 2});
  check_same_dtype(op, "x", x, "the target", target);
  check_same_dtype(op, "x", x, "the sums", sums);
  check_same_dtype(op, "x", x, "the loss", loss);
}

}  // namespace

void iou(Exec& exec, ConstView x, ConstView target, View loss, View sums, IouParams params) {
  check("iou", x, target, sums, loss);
  check_no_overlap("iou", "x", x, "the sums", sums);
  check_no_overlap("iou", "the target", target, "the sums", sums);
  run_on_device("iou", exec, Implementations{cpu::iou, simt::iou, SALIX_CUDA(cuda::iou)}, x, target,
                loss, sums, params);
}

void iou_backward(Exec& exec, ConstView dloss, ConstView x, ConstView target, ConstView sums,
                  View dx, IouParams params) {
  check("iou_backward", x, target, sums, dloss);
  check_same_shape("iou_backward", "x", x, "dx", dx);
  check_same_dtype("iou_backward", "x", x, "dx", dx);
  check_no_overlap("iou_backward", "x", x, "dx", dx);
  check_no_overlap("iou_backward", "the target", target, "dx", dx);
  run_on_device(
      "iou_backward", exec,
      Implementations{cpu::iou_backward, simt::iou_backward, SALIX_CUDA(cuda::iou_backward)}, dloss,
      x, target, sums, dx, params);
}

}  // namespace salix::kernels
