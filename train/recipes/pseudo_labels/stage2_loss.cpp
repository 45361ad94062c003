#include "train/recipes/pseudo_labels/stage2_loss.h"

#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "train/losses/iou_loss.h"

namespace salix {
namespace {

constexpr double kScore1Weight = 0.2;

Tensor iou_at_target(const Tensor& logits, const Tensor& target) {
  SALIX_CHECK(logits.rank() == 4 && target.rank() == 4,
              "stage2_loss: needs logits [N,h,w,1] and a target [N,H,W,1]; got ", logits.shape(),
              " and ", target.shape());
  return iou_loss(resize_bilinear(logits, target.dim(1), target.dim(2)), target);
}

}  // namespace

Stage2Loss stage2_loss(const std::vector<NamedOutput>& outputs, const Tensor& target) {
  SALIX_CHECK(!outputs.empty() && outputs.front().kind == OutputKind::kMap,
              "stage2_loss: the first output must be a saliency map; got ",
              outputs.empty() ? "none" : outputs.front().name);
  Stage2Loss loss{.total = iou_at_target(outputs.front().tensor, target), .terms = {}};
  loss.terms.emplace_back("iou", loss.total.detach());
  for (const NamedOutput& output : outputs) {
    if (output.name != "score1") continue;
    const Tensor score1 = iou_at_target(output.tensor, target) * kScore1Weight;
    loss.total = loss.total + score1;
    loss.terms.front().first = "iou_score";
    loss.terms.emplace_back("iou_score1", score1.detach());
  }
  return loss;
}

}  // namespace salix
