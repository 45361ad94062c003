#include "train/losses/structure_consistency_loss.h"

#include "layers/functional/autocast.h"
#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

Tensor mean3x3(const Tensor& map) {
  return avg_pool2d(map, {.kernel = 3, .stride = 1, .padding = 1, .count_include_pad = true});
}

}  // namespace

Tensor structure_consistency_loss(const Tensor& logits, const Tensor& other) {
  SALIX_CHECK(logits.shape() == other.shape() && logits.dtype() == other.dtype(),
              "structure_consistency_loss: both maps must have one shape and type; got ",
              logits.shape(), " ", logits.dtype(), " and ", other.shape(), " ", other.dtype());
  constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03, kStructure = 0.85;
  const Autocast off(logits.exec(), false);  // variances are differences of close numbers
  const Tensor p = sigmoid(logits), r = sigmoid(other);
  const Tensor mean_p = mean3x3(p), mean_r = mean3x3(r);
  const Tensor p_p = square(mean_p), r_r = square(mean_r), p_r = mean_p * mean_r;
  const Tensor variances = mean3x3(square(p)) - p_p + (mean3x3(square(r)) - r_r);
  const Tensor covariance = mean3x3(p * r) - p_r;
  const Tensor similarity =
      (p_r * 2.0 + kC1) * (covariance * 2.0 + kC2) / ((p_p + r_r + kC1) * (variances + kC2));
  const Tensor distance = clamp((1.0 - similarity) * 0.5, 0.0, 1.0);
  return mean(distance) * kStructure + mean(abs(p - r)) * (1 - kStructure);
}

}  // namespace salix
