// The number of dimensions as a compile-time constant: the loops over corners unroll.
#pragma once

#include <type_traits>

#include "engine/error.h"

namespace salix::kernels::permutohedral {

// Calls f(std::integral_constant<int, D>{}) for D = dims, which the caller has checked.
template <typename F>
void visit_dims(std::int64_t dims, F&& f) {
  switch (dims) {
    case 1:
      return f(std::integral_constant<int, 1>{});
    case 2:
      return f(std::integral_constant<int, 2>{});
    case 3:
      return f(std::integral_constant<int, 3>{});
    case 4:
      return f(std::integral_constant<int, 4>{});
    case 5:
      return f(std::integral_constant<int, 5>{});
    case 6:
      return f(std::integral_constant<int, 6>{});
    default:
      throw InternalError("permutohedral: unchecked number of dimensions");
  }
}

}  // namespace salix::kernels::permutohedral
