#include "train/losses/local_coherence_loss.h"

#include <cmath>
#include <vector>

#include "engine/autograd/tape.h"
#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"
#include "train/losses/btm_loss.h"

namespace salix {
namespace {

// [N,h,w,3]: row and column over `deviation`, and a channel of zeros, as the kernel takes channels
// by threes.
Tensor places(const Tensor& like, double deviation) {
  const std::int64_t height = like.dim(1), width = like.dim(2);
  std::vector<float> values;
  for (std::int64_t n = 0; n < like.dim(0); ++n) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        values.insert(values.end(), {static_cast<float>(static_cast<double>(y) / deviation),
                                     static_cast<float>(static_cast<double>(x) / deviation), 0});
      }
    }
  }
  return Tensor::from_host(like.exec(), values, like.shape().with(3, 3)).to(like.dtype());
}

}  // namespace

Tensor local_coherence_loss(const Tensor& logits, const Tensor& image,
                            const LocalCoherenceParams& params) {
  SALIX_CHECK(logits.rank() == 4 && logits.dim(3) == 1 && image.rank() == 4 && image.dim(3) == 3 &&
                  image.shape().with(3, 1) == logits.shape() && logits.dim(1) >= 4 &&
                  logits.dim(2) >= 4,
              "local_coherence_loss: needs logits [N,H,W,1] and an image [N,H,W,3], 4 x 4 or "
              "larger; got ",
              logits.shape(), " and ", image.shape());
  const ResizeBilinearParams aligned{.align_corners = true};
  const std::int64_t height = logits.dim(1) / 4, width = logits.dim(2) / 4;
  const Autocast off(logits.exec(), false);
  const Tensor small = resize_bilinear(sigmoid(logits), height, width, aligned);
  Tensor features;
  {
    const NoGrad no_grad(logits.exec());
    const Tensor colours = resize_bilinear(image, height, width, aligned) * (1 / params.colour);
    features = concat({colours, places(colours, params.place)}, 3);
  }
  return btm_at_size(small, features, {.alpha = 0.5, .everywhere = true}).loss;
}

}  // namespace salix
