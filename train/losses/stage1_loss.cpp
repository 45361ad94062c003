#include "train/losses/stage1_loss.h"

#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"
#include "train/losses/btm_loss.h"
#include "train/losses/consistency_loss.h"
#include "train/losses/csd_loss.h"
#include "train/losses/iou_loss.h"

namespace salix {
namespace {

Tensor iou_at_target(const Tensor& logits, const Tensor& target) {
  SALIX_CHECK(logits.rank() == 4 && target.rank() == 4,
              "stage 2 loss: needs logits [N,h,w,1] and a target [N,H,W,1]; got ", logits.shape(),
              " and ", target.shape());
  return iou_loss(resize_bilinear(logits, target.dim(1), target.dim(2)), target);
}

}  // namespace

Stage1Loss stage1_loss(const Tensor& logits1, const Tensor& priors1, const Tensor& logits2,
                       const Tensor& priors2, const Stage1LossParams& params) {
  const auto [csd_weight, btm_weight, consistency_weight] = params.weights;
  const Tensor saliency1 = sigmoid(logits1), saliency2 = sigmoid(logits2);
  const Tensor csd = csd_loss(logits1, params.epoch, params.epochs) +
                     csd_loss(logits2, params.epoch, params.epochs);
  const Tensor consistency = consistency_loss(saliency1, saliency2);
  Stage1Loss result;
  result.total = csd * csd_weight + consistency * consistency_weight;
  if (btm_weight != 0) {
    const BtmParams btm_params{.alpha = params.alpha, .only_rgb = params.only_rgb};
    const BtmLoss btm1 = btm_loss(saliency1, priors1, btm_params);
    const BtmLoss btm2 = btm_loss(saliency2, priors2, btm_params);
    const Tensor btm = btm1.loss + btm2.loss;
    result.total = result.total + btm * btm_weight;
    result.btm = btm.detach();
    result.contour_pixels = {btm1.contour_pixels, btm2.contour_pixels};
  }
  result.csd = csd.detach();
  result.consistency = consistency.detach();
  return result;
}

Tensor cornet_loss(const Tensor& logits, const Tensor& target) {
  return iou_at_target(logits, target);
}

Tensor midnet_loss(const Tensor& score, const Tensor& score1, const Tensor& target) {
  return iou_at_target(score, target) + iou_at_target(score1, target) * 0.2;
}

}  // namespace salix
