// One element of a CPU buffer as a number, and back. Vectorisers do not see through copies
// of the bfloat16 struct, so inner loops use these instead of plain assignment (bfloat16
// batch norm backward: 4x).
#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/dtype.h"

namespace salix::kernels {

template <typename T>
inline accumulator<T> load_element(const T* from, std::int64_t i) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    return detail::float_of(static_cast<std::uint32_t>(from[i].bits) << 16);
  } else {
    return from[i];
  }
}

template <typename T>
inline void store_element(T* to, std::int64_t i, accumulator<T> value) {
  if constexpr (std::is_same_v<T, bfloat16>) {
    to[i].bits = bfloat16(value).bits;
  } else {
    to[i] = value;
  }
}

}  // namespace salix::kernels
