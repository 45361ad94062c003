// The losses that A2S-v2's code offers beside its own, by their letters.
#pragma once

#include <string>
#include <vector>

#include "engine/tensor.h"

namespace salix {

// b BCE, s SSIM, i IoU (no epsilon, soft target), d Dice, e Edge, c contour-weighted BCE,
// f F-score, w weighted F-score, o focal, m MSE.
Tensor catalogue_loss(char letter, const Tensor& logits, const Tensor& target);

// The sum over `letters` ("bsi") with one weight each; all 1 when `weights` is empty.
Tensor catalogue_loss(const std::string& letters, const Tensor& logits, const Tensor& target,
                      const std::vector<double>& weights = {});

}  // namespace salix
