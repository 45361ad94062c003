// The structure loss: what lies near the object's border counts more (F3Net, AAAI 2020).
#pragma once

#include "engine/tensor.h"

namespace salix {

struct StructureParams {
  bool weighted_bce = false;  // false: as SALOD computes it; true: as F3Net describes it
};

// mean_n [B + 1 - (sum wQT + 1) / (sum w(Q + T) - sum wQT + 1)] with Q = sigmoid(logits) and
// w = 1 + 5 |A - T|, A the 31x31 mean of T, counting zeros beyond the border. logits and target T
// [N,H,W,C], T in 0..1 and without gradient; one element.
// B = mean bce of the batch: SALOD's code asks for bce pixel by pixel, but by an argument of old
// that makes PyTorch average, and then the weights cancel. With weighted_bce, B = sum w bce / sum
// w per sample.
Tensor structure_loss(const Tensor& logits, const Tensor& target, StructureParams params = {});

}  // namespace salix
