// What the update rules have in common: two numbers on the device that a step is governed by, and
// the limit of a gradient's elements.
#pragma once

#include <limits>

#include "engine/host_device.h"
#include "kernels/common/checks.h"

namespace salix::kernels {

// gradient_scale [] like the parameter, frozen [] float32; each may be empty. gradient_limit
// positive, or 0 for none.
inline void check_update_controls(const char* op, const ConstView& parameter,
                                  const ConstView& gradient_scale, const ConstView& frozen,
                                  double gradient_limit) {
  SALIX_CHECK(gradient_limit >= 0, op, ": gradient_limit must be positive, or 0 for none; got ",
              gradient_limit);
  if (!gradient_scale.empty()) {
    check_shape(op, "gradient_scale", gradient_scale, {});
    check_same_dtype(op, "parameter", parameter, "gradient_scale", gradient_scale);
  }
  if (!frozen.empty()) {
    check_shape(op, "frozen", frozen, {});
    check_dtype(op, "frozen", frozen, DType::kFloat32);
  }
}

// Every element of a gradient into [-limit, limit] (torch.nn.utils.clip_grad_value_), after the
// gradient_scale. No limit is an infinite one: it changes no bit. NaN stays NaN.
template <typename Real>
struct GradientLimit {
  explicit GradientLimit(double gradient_limit)
      : limit(gradient_limit > 0 ? static_cast<Real>(gradient_limit)
                                 : std::numeric_limits<Real>::infinity()) {}
  SALIX_HOST_DEVICE Real operator()(Real gradient) const {
    return gradient < -limit ? -limit : (gradient > limit ? limit : gradient);
  }

  Real limit;
};

template <typename T>
const T* data_or_null(const ConstView& view) {
  return view.empty() ? nullptr : view.as<T>();
}

}  // namespace salix::kernels
