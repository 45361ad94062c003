// What the checks of all norms share.
#pragma once

#include <initializer_list>
#include <utility>

#include "kernels/common/checks.h"
#include "kernels/common/parameter_dtype.h"

namespace salix::kernels {

using NamedView = std::pair<const char*, ConstView>;

// Parameters and statistics: shape [size], in the parameter dtype of x.
inline void check_norm_vectors(const char* op, const ConstView& x, std::int64_t size,
                               std::initializer_list<NamedView> vectors) {
  for (const auto& [name, view] : vectors) {
    check_shape(op, name, view, {size});
    check_dtype(op, name, view, parameter_dtype(x.dtype));
  }
}

// Maps: the shape and dtype of x.
inline void check_norm_maps(const char* op, const ConstView& x,
                            std::initializer_list<NamedView> maps) {
  for (const auto& [name, view] : maps) {
    check_same_shape(op, name, view, "x", x);
    check_same_dtype(op, name, view, "x", x);
  }
}

inline void check_norm_outputs(const char* op, std::initializer_list<NamedView> outputs,
                               std::initializer_list<NamedView> inputs) {
  for (const auto& [out_name, out] : outputs) {
    for (const auto& [in_name, in] : inputs) check_no_overlap(op, out_name, out, in_name, in);
  }
}

}  // namespace salix::kernels
