#include "train/recipes/a2s/stage1_loss.h"

#include "layers/functional/binary.h"
#include "layers/functional/unary.h"
#include "train/losses/btm_loss.h"
#include "train/losses/consistency_loss.h"
#include "train/losses/csd_loss.h"

namespace salix {

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

}  // namespace salix
