#include "train/losses/consistency_loss.h"

#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"

namespace salix {

Tensor consistency_loss(const Tensor& saliency1, const Tensor& saliency2) {
  SALIX_CHECK(saliency1.rank() == 4 && saliency2.rank() == 4 &&
                  saliency1.dim(0) == saliency2.dim(0) && saliency1.dim(3) == saliency2.dim(3),
              "consistency_loss: needs maps of one batch, [N,H,W,C] and [N,h,w,C]; got ",
              saliency1.shape(), " and ", saliency2.shape());
  const Tensor resized =
      resize_bilinear(saliency2, saliency1.dim(1), saliency1.dim(2), {.align_corners = true});
  return mean(square(saliency1 - resized));
}

}  // namespace salix
