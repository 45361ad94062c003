// The Dice loss of two boundaries, drawn thinner as the training goes on.
#pragma once

#include "engine/tensor.h"

namespace salix {

// 1 - (2 sum B(Q)B(T) + 1) / (sum (B(Q) + B(T)) + 1) per sample, averaged over the batch, with
// Q = sigmoid(logits). B(X) = maxpool_k(maxpool_3(1 - X) - (1 - X)): the inner rim of X, spread to
// k = max(1, 13 - 2 floor((epoch + 1) / 10)) pixels. logits and target T [N,H,W,C], T in 0..1 and
// without gradient; epoch from 1; one element. SALOD has it, but no name that calls it.
Tensor boundary_dice_loss(const Tensor& logits, const Tensor& target, std::int64_t epoch);

}  // namespace salix
