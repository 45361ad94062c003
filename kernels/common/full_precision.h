// The element types of losses: float32 everywhere, float64 on the CPU. A loss is the one sum
// over a whole batch; in bfloat16 it would keep two digits.
#pragma once

#include "engine/dtype.h"

namespace salix::kernels {

// Calls f(TypeTag<T>{}); `op` names the caller in the error.
template <typename F>
decltype(auto) visit_full_precision(const char* op, DType dtype, F&& f) {
  if (dtype == DType::kFloat32) return f(TypeTag<float>{});
  if (dtype == DType::kFloat64) return f(TypeTag<double>{});
  throw NotSupported(str(op, ": needs float32 or float64; got ", dtype));
}

inline void require_float32(const char* op, DType dtype) {
  if (dtype == DType::kFloat32) return;
  throw NotSupported(str(op, ": needs float32 on this device; got ", dtype));
}

}  // namespace salix::kernels
