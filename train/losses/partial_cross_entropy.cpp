#include "train/losses/partial_cross_entropy.h"

#include "data/scenes/scribble.h"
#include "engine/autograd/tape.h"
#include "engine/comm/communicator.h"
#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"
#include "train/losses/pixel_losses.h"

namespace salix {
namespace {

// 1 / (number of pixels that are `wanted`) on those pixels, over several ranks their mean number
// per rank; 0 elsewhere. One pixel stands in where there is none: all is zero then.
Tensor share_of(const Tensor& label, double wanted) {
  const Tensor chosen = equal(label, wanted);
  Tensor count = sum(chosen);
  Communicator* const ranks = label.exec().extension<Ranks>().communicator;
  if (ranks != nullptr) ranks->sum(count.mutable_view());
  const Tensor one = Tensor::full(count.exec(), Shape{}, 1.0, count.dtype());
  return chosen * (ranks == nullptr ? 1.0 : ranks->ranks()) / maximum(count, one);
}

}  // namespace

Tensor partial_cross_entropy(const Tensor& logits, const Tensor& label,
                             PartialCrossEntropyParams params) {
  SALIX_CHECK(logits.shape() == label.shape() && logits.dtype() == label.dtype(),
              "partial_cross_entropy: logits and label must have one shape and type; got ",
              logits.shape(), " ", logits.dtype(), " and ", label.shape(), " ", label.dtype());
  Tensor foreground, share;
  {
    const NoGrad no_grad(logits.exec());
    const Tensor known = label.detach();
    foreground = equal(known, data::kScribbleForeground);
    share = share_of(known, data::kScribbleForeground) + share_of(known, data::kScribbleBackground);
  }
  const Tensor z = params.probabilities_as_logits ? sigmoid(logits) * 2.0 - 1.0 : logits;
  return sum(bce_map(z, foreground) * share);
}

}  // namespace salix
