#include "train/losses/iou_loss.h"

#include "engine/autograd/tape.h"

namespace salix {

Tensor iou_loss(const Tensor& logits, const Tensor& target, const IouParams& params) {
  SALIX_CHECK(logits.rank() >= 1 && logits.shape() == target.shape(),
              "iou_loss: logits and target must have one shape [N,...]; got ", logits.shape(),
              " and ", target.shape());
  Exec& exec = logits.exec();
  Tensor loss = Tensor::empty(exec, Shape{}, logits.dtype());
  Tensor sums = Tensor::empty(exec, {logits.dim(0), 2}, logits.dtype());
  kernels::iou(exec, logits.view(), target.view(), loss.mutable_view(), sums.mutable_view(),
               params);

  // Two numbers per sample are kept besides the inputs.
  record("iou", {logits}, loss,
         [x = logits.detach(), t = target.detach(), sums, params](const Tensor& dloss) {
           Tensor dx = Tensor::empty(x.exec(), x.shape(), x.dtype());
           kernels::iou_backward(x.exec(), dloss.view(), x.view(), t.view(), sums.view(),
                                 dx.mutable_view(), params);
           return std::vector{dx};
         });
  return loss;
}

}  // namespace salix
