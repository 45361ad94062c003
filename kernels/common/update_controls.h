// What the update rules have in common: two numbers on the device that a step is governed by.
#pragma once

#include "kernels/common/checks.h"

namespace salix::kernels {

// gradient_scale [] like the parameter, frozen [] float32; each may be empty.
inline void check_update_controls(const char* op, const ConstView& parameter,
                                  const ConstView& gradient_scale, const ConstView& frozen) {
  if (!gradient_scale.empty()) {
    check_shape(op, "gradient_scale", gradient_scale, {});
    check_same_dtype(op, "parameter", parameter, "gradient_scale", gradient_scale);
  }
  if (!frozen.empty()) {
    check_shape(op, "frozen", frozen, {});
    check_dtype(op, "frozen", frozen, DType::kFloat32);
  }
}

template <typename T>
const T* data_or_null(const ConstView& view) {
  return view.empty() ? nullptr : view.as<T>();
}

}  // namespace salix::kernels
