#include "train/losses/boundary_dice_loss.h"

#include <algorithm>

#include "layers/functional/binary.h"
#include "layers/functional/max_pool2d.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

Tensor largest_around(const Tensor& map, int window) {
  return max_pool2d(map, {.kernel = window, .stride = 1, .padding = window / 2});
}

Tensor boundary(const Tensor& map, int window) {
  const Tensor outside = 1.0 - map;
  return largest_around(largest_around(outside, 3) - outside, window);
}

Tensor per_sample(const Tensor& map) { return sum(map, {1, 2, 3}); }

}  // namespace

Tensor boundary_dice_loss(const Tensor& logits, const Tensor& target, std::int64_t epoch) {
  SALIX_CHECK(logits.rank() == 4 && logits.shape() == target.shape(),
              "boundary_dice_loss: logits and target must have one shape [N,H,W,C]; got ",
              logits.shape(), " and ", target.shape());
  SALIX_CHECK(epoch >= 1, "boundary_dice_loss: epochs count from 1; got ", epoch);
  const auto window = static_cast<int>(std::max<std::int64_t>(1, 13 - 2 * ((epoch + 1) / 10)));
  const Tensor q = boundary(sigmoid(logits), window), t = boundary(target.detach(), window);
  const Tensor dice = (per_sample(q * t) * 2.0 + 1.0) / (per_sample(q) + per_sample(t) + 1.0);
  return 1.0 - mean(dice);
}

}  // namespace salix
