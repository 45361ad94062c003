// Differentiable matrix product, and the linear layer made of it.
#pragma once

#include "engine/tensor.h"
#include "kernels/matmul/matmul.h"

namespace salix {

using kernels::MatmulParams;

// op(a) [..,M,K] times op(b) [..,K,N] or [K,N] (shared by the batch) plus bias [N] or
// undefined -> [..,M,N]. op swaps the last two axes when its flag is set.
Tensor matmul(const Tensor& a, const Tensor& b, const Tensor& bias = {}, MatmulParams params = {});

// x [..,in], weight [out,in], bias [out] or undefined -> x weight^T + bias [..,out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace salix
