#include "train/recipes/supervised/loss_names.h"

#include "train/losses/boundary_dice_loss.h"
#include "train/losses/iou_loss.h"
#include "train/losses/partial_cross_entropy.h"
#include "train/losses/pixel_losses.h"
#include "train/losses/pr_loss.h"
#include "train/losses/region_losses.h"
#include "train/losses/ssim_loss.h"
#include "train/losses/structure_loss.h"

namespace salix {
namespace {

// A loss that does not ask for the epoch.
template <Tensor (*kLoss)(const Tensor&, const Tensor&)>
Tensor in_any_epoch(const Tensor& logits, const Tensor& target, std::int64_t) {
  return kLoss(logits, target);
}

Tensor smooth_iou(const Tensor& logits, const Tensor& target) {
  return iou_loss(logits, target, kSmoothIou);
}
Tensor structure(const Tensor& logits, const Tensor& target) {
  return structure_loss(logits, target);
}
Tensor weighted_structure(const Tensor& logits, const Tensor& target) {
  return structure_loss(logits, target, {.weighted_bce = true});
}
Tensor partial_ce(const Tensor& logits, const Tensor& target) {
  return partial_cross_entropy(logits, target);
}

constexpr NamedLoss kLosses[] = {
    {"bce", in_any_epoch<bce_loss>},
    {"ssim", in_any_epoch<ssim_loss>},
    {"dice", in_any_epoch<dice_loss>},
    {"ctloss", in_any_epoch<contour_loss>},
    {"fscore", in_any_epoch<fscore_loss>},
    {"mse", in_any_epoch<mse_loss>},
    {"iou", in_any_epoch<smooth_iou>},
    {"structure", in_any_epoch<structure>},
    {"weighted_structure", in_any_epoch<weighted_structure>},
    {"pr", in_any_epoch<pr_loss>, /*has_gradient=*/false},
    {"boundary_dice", boundary_dice_loss},
    {"partial_ce", in_any_epoch<partial_ce>},
    {"edge", in_any_epoch<edge_loss>},
    {"weighted_fscore", in_any_epoch<weighted_fscore_loss>},
    {"focal", in_any_epoch<focal_loss>},
};

}  // namespace

std::span<const NamedLoss> named_losses() { return kLosses; }

}  // namespace salix
