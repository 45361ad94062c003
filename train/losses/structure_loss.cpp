#include "train/losses/structure_loss.h"

#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "train/losses/pixel_losses.h"

namespace salix {
namespace {

constexpr int kWindow = 31, kMargin = kWindow / 2;

Tensor per_sample(const Tensor& map) { return sum(map, {1, 2, 3}); }

// A mean of means: 62 additions per pixel, not 961.
Tensor window_mean(const Tensor& map) {
  const Tensor columns =
      avg_pool2d(map, {.kernel = {kWindow, 1}, .stride = 1, .padding = {kMargin, 0}});
  return avg_pool2d(columns, {.kernel = {1, kWindow}, .stride = 1, .padding = {0, kMargin}});
}

}  // namespace

Tensor structure_loss(const Tensor& logits, const Tensor& target, StructureParams params) {
  SALIX_CHECK(logits.rank() == 4 && logits.shape() == target.shape(),
              "structure_loss: logits and target must have one shape [N,H,W,C]; got ",
              logits.shape(), " and ", target.shape());
  const Tensor q = sigmoid(logits), t = target.detach();
  const Tensor weight = abs(window_mean(t) - t) * 5.0 + 1.0;
  const Tensor common = per_sample(weight * q * t);
  const Tensor iou = (common + 1.0) / (per_sample(weight * (q + t)) - common + 1.0);
  const Tensor bce = bce_map(logits, t);
  const Tensor pixels =
      params.weighted_bce ? mean(per_sample(bce * weight) / per_sample(weight)) : mean(bce);
  return pixels + (1.0 - mean(iou));
}

}  // namespace salix
