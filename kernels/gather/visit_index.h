// The two types of an index.
#pragma once

#include <cstdint>

#include "engine/dtype.h"

namespace salix::kernels {

// Calls f(TypeTag<Index>{}); the caller has checked that it is int32 or int64.
template <typename F>
void visit_index(DType dtype, F&& f) {
  if (dtype == DType::kInt32) return f(TypeTag<std::int32_t>{});
  f(TypeTag<std::int64_t>{});
}

}  // namespace salix::kernels
