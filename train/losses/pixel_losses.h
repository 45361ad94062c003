// Losses that are means over pixels. All: logits L and target T of one shape [N,H,W,C], T in
// 0..1 and without gradient, Q = sigmoid(L); one element.
#pragma once

#include "engine/tensor.h"

namespace salix {

// -T log Q - (1 - T) log(1 - Q) per pixel, from the logits: no logarithm of 0.
Tensor bce_map(const Tensor& logits, const Tensor& target);

Tensor bce_loss(const Tensor& logits, const Tensor& target);  // mean bce
Tensor mse_loss(const Tensor& logits, const Tensor& target);  // mean (Q - T)^2
// mean bce * 100 (T - Q)^2; the weight has a gradient too.
Tensor focal_loss(const Tensor& logits, const Tensor& target);

// The contour of T: its 5x5 dilation minus its 5x5 erosion, windows cut at the border.
Tensor edge_map(const Tensor& target);
Tensor edge_loss(const Tensor& logits, const Tensor& target);  // mean bce(L, edge_map(T))
// mean bce * (4 a + 1), a = the 3x3 mean of edge_map(T), counting zeros beyond the border.
Tensor contour_loss(const Tensor& logits, const Tensor& target);

}  // namespace salix
