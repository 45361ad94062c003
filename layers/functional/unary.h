// Differentiable functions of one value, element by element: relu, gelu, sigmoid, hardswish,
// abs, pow, exp, log, clamp, negate, square, sqrt, reciprocal, affine.
#pragma once

#include "engine/tensor.h"

namespace salix {

// All: x of any shape, float32, bfloat16 or (cpu) float64 -> the same shape and type.
Tensor relu(const Tensor& x);       // max(x, 0)
Tensor gelu(const Tensor& x);       // x * normal cdf(x), exact (no tanh)
Tensor sigmoid(const Tensor& x);    // 1 / (1 + e^-x)
Tensor hardswish(const Tensor& x);  // x * clamp(x + 3, 0, 6) / 6
Tensor abs(const Tensor& x);        // gradient 0 at 0
Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor negate(const Tensor& x);
Tensor pow(const Tensor& x, double exponent);
// Limited to [low, high]; values at a limit still pass their gradient. NaN stays NaN.
Tensor clamp(const Tensor& x, double low, double high);
Tensor affine(const Tensor& x, double scale, double shift);  // scale x + shift
Tensor reciprocal(const Tensor& x, double numerator = 1);    // numerator / x

}  // namespace salix
