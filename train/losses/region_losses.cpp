#include "train/losses/region_losses.h"

#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "train/losses/pixel_losses.h"

namespace salix {
namespace {

constexpr double kBetaSquared = 0.3;

Tensor per_sample(const Tensor& map) { return sum(map, {1, 2, 3}); }

Tensor one_minus_f(const Tensor& common, const Tensor& predicted, const Tensor& wanted) {
  const Tensor f = per_sample(common) * (1 + kBetaSquared) /
                   (per_sample(predicted) + per_sample(wanted) * kBetaSquared);
  return 1.0 - mean(f);
}

}  // namespace

Tensor dice_loss(const Tensor& logits, const Tensor& target) {
  const Tensor q = sigmoid(logits), t = target.detach();
  const Tensor overlap = (per_sample(q * t) + 1.0) * 2.0 / (per_sample(q) + per_sample(t) + 1.0);
  return 1.0 - mean(overlap);
}

Tensor fscore_loss(const Tensor& logits, const Tensor& target) {
  const Tensor q = sigmoid(logits), t = target.detach();
  return one_minus_f(q * t, q, t);
}

Tensor weighted_fscore_loss(const Tensor& logits, const Tensor& target) {
  const Tensor t = target.detach();
  const Tensor near = avg_pool2d(edge_map(t), {.kernel = 3, .stride = 1, .padding = 1});
  const Tensor weight = near * 0.8 + 0.2, q = sigmoid(logits);
  return one_minus_f(weight * q * t, weight * q, weight * t);
}

}  // namespace salix
