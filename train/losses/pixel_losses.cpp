#include "train/losses/pixel_losses.h"

#include "engine/autograd/tape.h"
#include "layers/functional/avg_pool2d.h"
#include "layers/functional/binary.h"
#include "layers/functional/max_pool2d.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

Tensor bce_map(const Tensor& logits, const Tensor& target) {
  SALIX_CHECK(logits.shape() == target.shape(),
              "bce_map: logits and target must have one shape; got ", logits.shape(), " and ",
              target.shape());
  const Tensor x = logits.detach(), t = target.detach();
  Tensor y = relu(x) - x * t + log(1.0 + exp(-abs(x)));

  // Op by op the gradient at x = 0 would be -t, not 1/2 - t: relu and abs both give 0 there.
  record("bce_map", {logits}, y,
         [x, t](const Tensor& dy) { return std::vector{dy * (sigmoid(x) - t)}; });
  return y;
}

Tensor bce_loss(const Tensor& logits, const Tensor& target) {
  return mean(bce_map(logits, target));
}

Tensor mse_loss(const Tensor& logits, const Tensor& target) {
  return mean(square(sigmoid(logits) - target.detach()));
}

Tensor focal_loss(const Tensor& logits, const Tensor& target) {
  const Tensor error = target.detach() - sigmoid(logits);
  return mean(bce_map(logits, target) * (square(error) * 100.0));
}

Tensor edge_map(const Tensor& target) {
  const kernels::MaxPool2dParams window{.kernel = 5, .stride = 1, .padding = 2};
  const Tensor t = target.detach();
  return max_pool2d(t, window) - (1.0 - max_pool2d(1.0 - t, window));
}

Tensor edge_loss(const Tensor& logits, const Tensor& target) {
  return bce_loss(logits, edge_map(target));
}

Tensor contour_loss(const Tensor& logits, const Tensor& target) {
  const Tensor near = avg_pool2d(edge_map(target), {.kernel = 3, .stride = 1, .padding = 1});
  return mean(bce_map(logits, target) * (near * 4.0 + 1.0));
}

}  // namespace salix
