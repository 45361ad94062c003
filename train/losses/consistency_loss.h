// Agreement of two predictions of one image at different sizes.
#pragma once

#include "engine/tensor.h"

namespace salix {

// mean (P1 - P2')^2, where P2' is saliency2 [N,h,w,1] resized (aligned corners) to the size of
// saliency1 [N,H,W,1]. Gradients flow into both. One element.
Tensor consistency_loss(const Tensor& saliency1, const Tensor& saliency2);

}  // namespace salix
