// Confidence-aware saliency distilling: pushes every pixel away from "undecided".
#pragma once

#include "engine/tensor.h"

namespace salix {

// The exponent of epoch e (from 1) of E: 2^(1 - (e-1)/E), falling from 2 towards 1.
double csd_exponent(int epoch, int epochs);

// 0.5^m - mean |P - 0.5|^m with P = sigmoid(logits), m = csd_exponent: 0 when all pixels are
// certain. logits of any shape; one element.
Tensor csd_loss(const Tensor& logits, int epoch, int epochs);

}  // namespace salix
