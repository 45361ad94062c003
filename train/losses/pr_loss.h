// Precision and recall at 254 levels, as a number in a loss.
#pragma once

#include "engine/tensor.h"

namespace salix {

// (1 - mean precision) + (1 - mean recall) over 255 levels t_i = i / 254: entry i < 254 counts the
// pixels with t_i <= Q < t_(i+1), of which `common` are foreground: precision common / (count +
// 1e-20), recall common / (sum T + 1e-20), over the batch; the last entry is 0. Q =
// sigmoid(logits); logits and target T of one shape, T in 0..1; one element.
// It counts, so it has **no gradient at all**, and the sum of a loss with it teaches what the loss
// teaches without; SALOD's menet is published so. A pixel that is not a number counts as 0.
Tensor pr_loss(const Tensor& logits, const Tensor& target);

}  // namespace salix
