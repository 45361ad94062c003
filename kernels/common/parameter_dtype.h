// The element type of a norm's parameters and statistics.
#pragma once

#include "engine/dtype.h"

namespace salix::kernels {

// Statistics, parameters and their gradients are kept in float for float32 and bfloat16 maps,
// in double for float64.
inline DType parameter_dtype(DType map) {
  return map == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
}

}  // namespace salix::kernels
