// One struct per function of one value: relu, gelu, sigmoid, hardswish, abs, pow, exp, log,
// clamp, negate, square, sqrt, reciprocal, affine. All devices compile these same lines.
//
// value(x) is the function. gradient(saved, dy) is dy times its derivative, where `saved`
// is what kSaves names: the input x or the output y, whichever is cheaper to keep. It
// takes dy so that a flat part gives 0 even when dy is infinite, as in PyTorch.
#pragma once

#include <cmath>

#include "kernels/common/vector_math.h"
#include "kernels/unary/unary.h"

namespace salix::kernels {

template <typename Real>
struct Relu {
  static constexpr UnarySaves kSaves = UnarySaves::kOutput;
  SALIX_HOST_DEVICE Real value(Real x) const { return x <= Real(0) ? Real(0) : x; }
  SALIX_HOST_DEVICE Real gradient(Real y, Real dy) const { return y <= Real(0) ? Real(0) : dy; }
};

template <typename Real>
struct Gelu {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  SALIX_HOST_DEVICE Real value(Real x) const { return x * standard_normal(x).cumulative; }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const {
    const Normal<Real> normal = standard_normal(x);
    return dy * (normal.cumulative + x * normal.density);
  }
};

template <typename Real>
struct Sigmoid {
  static constexpr UnarySaves kSaves = UnarySaves::kOutput;
  SALIX_HOST_DEVICE Real value(Real x) const { return Real(1) / (Real(1) + fast_exp(-x)); }
  SALIX_HOST_DEVICE Real gradient(Real y, Real dy) const { return dy * ((Real(1) - y) * y); }
};

template <typename Real>
struct Hardswish {  // x * relu6(x + 3) / 6
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  SALIX_HOST_DEVICE Real value(Real x) const {
    const Real up = x + Real(3);
    const Real gate = up < Real(0) ? Real(0) : (up > Real(6) ? Real(6) : up);
    return x * gate / Real(6);
  }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const {
    const Real inner = dy * (x / Real(3) + Real(0.5));
    return x <= Real(-3) ? Real(0) : (x >= Real(3) ? dy : inner);
  }
};

template <typename Real>
struct Abs {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  SALIX_HOST_DEVICE Real value(Real x) const { return std::abs(x); }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const {
    return x > Real(0) ? dy : (x < Real(0) ? -dy : Real(0));
  }
};

template <typename Real>
struct Pow {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  Real exponent;
  SALIX_HOST_DEVICE Real value(Real x) const { return std::pow(x, exponent); }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const {
    if (exponent == Real(0)) return Real(0);  // not 0 * 0^-1
    return dy * (exponent * std::pow(x, exponent - Real(1)));
  }
};

template <typename Real>
struct Exp {
  static constexpr UnarySaves kSaves = UnarySaves::kOutput;
  SALIX_HOST_DEVICE Real value(Real x) const { return fast_exp(x); }
  SALIX_HOST_DEVICE Real gradient(Real y, Real dy) const { return dy * y; }
};

template <typename Real>
struct Log {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  SALIX_HOST_DEVICE Real value(Real x) const { return std::log(x); }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const { return dy / x; }
};

template <typename Real>
struct Clamp {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  Real low;
  Real high;
  SALIX_HOST_DEVICE Real value(Real x) const { return x < low ? low : (x > high ? high : x); }
  // The limits themselves pass the gradient, as in the PyTorch of the papers; PyTorch
  // 2.15 gives 0 there.
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const {
    return x >= low && x <= high ? dy : Real(0);
  }
};

template <typename Real>
struct Negate {
  static constexpr UnarySaves kSaves = UnarySaves::kNothing;
  SALIX_HOST_DEVICE Real value(Real x) const { return -x; }
  SALIX_HOST_DEVICE Real gradient(Real, Real dy) const { return -dy; }
};

template <typename Real>
struct Square {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  SALIX_HOST_DEVICE Real value(Real x) const { return x * x; }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const { return dy * (Real(2) * x); }
};

template <typename Real>
struct Sqrt {
  static constexpr UnarySaves kSaves = UnarySaves::kOutput;
  SALIX_HOST_DEVICE Real value(Real x) const { return std::sqrt(x); }
  SALIX_HOST_DEVICE Real gradient(Real y, Real dy) const { return dy / (Real(2) * y); }
};

template <typename Real>
struct Reciprocal {
  static constexpr UnarySaves kSaves = UnarySaves::kInput;
  Real scale;
  SALIX_HOST_DEVICE Real value(Real x) const { return scale / x; }
  SALIX_HOST_DEVICE Real gradient(Real x, Real dy) const { return -dy * (scale / x / x); }
};

template <typename Real>
struct Affine {
  static constexpr UnarySaves kSaves = UnarySaves::kNothing;
  Real scale;
  Real shift;
  SALIX_HOST_DEVICE Real value(Real x) const { return scale * x + shift; }
  SALIX_HOST_DEVICE Real gradient(Real, Real dy) const { return scale * dy; }
};

// Calls f(formula) with the struct behind `op`, its constants rounded to Real.
template <typename Real, typename F>
decltype(auto) visit_unary(UnaryOp op, const UnaryParams& params, F&& f) {
  switch (op) {
    case UnaryOp::kRelu:
      return f(Relu<Real>{});
    case UnaryOp::kGelu:
      return f(Gelu<Real>{});
    case UnaryOp::kSigmoid:
      return f(Sigmoid<Real>{});
    case UnaryOp::kHardswish:
      return f(Hardswish<Real>{});
    case UnaryOp::kAbs:
      return f(Abs<Real>{});
    case UnaryOp::kPow:
      return f(Pow<Real>{static_cast<Real>(params.exponent)});
    case UnaryOp::kExp:
      return f(Exp<Real>{});
    case UnaryOp::kLog:
      return f(Log<Real>{});
    case UnaryOp::kClamp:
      return f(Clamp<Real>{static_cast<Real>(params.low), static_cast<Real>(params.high)});
    case UnaryOp::kNegate:
      return f(Negate<Real>{});
    case UnaryOp::kSquare:
      return f(Square<Real>{});
    case UnaryOp::kSqrt:
      return f(Sqrt<Real>{});
    case UnaryOp::kReciprocal:
      return f(Reciprocal<Real>{static_cast<Real>(params.scale)});
    case UnaryOp::kAffine:
      return f(Affine<Real>{static_cast<Real>(params.scale), static_cast<Real>(params.shift)});
  }
  throw InternalError("visit_unary: unknown op");
}

}  // namespace salix::kernels
