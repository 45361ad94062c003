// Window attention as it was published: rolled copies, windows, mask tensors and (masked) three
// softmaxes, composed of other ops. Slow, and without a formula in common with the op.
#pragma once

#include "layers/functional/window_attention.h"

namespace salix::testing {

// As salix::window_attention(), for grids larger than the window.
Tensor published_window_attention(const Tensor& qkv, const Tensor& bias, const Tensor& saliency,
                                  const WindowAttentionParams& params);

}  // namespace salix::testing
