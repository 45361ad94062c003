// One struct per function of two values: add, sub, mul, div, minimum, maximum, greater,
// greater_equal, less, less_equal, equal. All devices compile these same lines.
// value(a, b) is the function; da(a, b, dy) and db(a, b, dy) are dy times its slopes.
#pragma once

#include "kernels/binary/binary.h"

namespace salix::kernels {

template <typename Real>
struct Add {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a + b; }
  SALIX_HOST_DEVICE Real da(Real, Real, Real dy) const { return dy; }
  SALIX_HOST_DEVICE Real db(Real, Real, Real dy) const { return dy; }
};

template <typename Real>
struct Sub {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a - b; }
  SALIX_HOST_DEVICE Real da(Real, Real, Real dy) const { return dy; }
  SALIX_HOST_DEVICE Real db(Real, Real, Real dy) const { return -dy; }
};

template <typename Real>
struct Mul {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a * b; }
  SALIX_HOST_DEVICE Real da(Real, Real b, Real dy) const { return dy * b; }
  SALIX_HOST_DEVICE Real db(Real a, Real, Real dy) const { return dy * a; }
};

template <typename Real>
struct Div {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a / b; }
  SALIX_HOST_DEVICE Real da(Real, Real b, Real dy) const { return dy / b; }
  SALIX_HOST_DEVICE Real db(Real a, Real b, Real dy) const { return -dy * (a / b / b); }
};

// Where a == b each gets half, as in PyTorch; where one is NaN, so is y, and both get all.
template <typename Real>
struct Minimum {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a < b || a != a ? a : b; }
  SALIX_HOST_DEVICE Real da(Real a, Real b, Real dy) const {
    return a == b ? dy / Real(2) : (a > b ? Real(0) : dy);
  }
  SALIX_HOST_DEVICE Real db(Real a, Real b, Real dy) const { return da(b, a, dy); }
};

template <typename Real>
struct Maximum {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a > b || a != a ? a : b; }
  SALIX_HOST_DEVICE Real da(Real a, Real b, Real dy) const {
    return a == b ? dy / Real(2) : (a < b ? Real(0) : dy);
  }
  SALIX_HOST_DEVICE Real db(Real a, Real b, Real dy) const { return da(b, a, dy); }
};

template <typename Real>
struct Greater {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a > b ? Real(1) : Real(0); }
};
template <typename Real>
struct GreaterEqual {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a >= b ? Real(1) : Real(0); }
};
template <typename Real>
struct Less {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a < b ? Real(1) : Real(0); }
};
template <typename Real>
struct LessEqual {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a <= b ? Real(1) : Real(0); }
};
template <typename Real>
struct Equal {
  SALIX_HOST_DEVICE Real value(Real a, Real b) const { return a == b ? Real(1) : Real(0); }
};

// Calls f(formula) with the struct behind an `op` that has gradients.
template <typename Real, typename F>
SALIX_HOST_DEVICE void visit_differentiable(BinaryOp op, F&& f) {
  switch (op) {
    case BinaryOp::kSub:
      return f(Sub<Real>{});
    case BinaryOp::kMul:
      return f(Mul<Real>{});
    case BinaryOp::kDiv:
      return f(Div<Real>{});
    case BinaryOp::kMinimum:
      return f(Minimum<Real>{});
    case BinaryOp::kMaximum:
      return f(Maximum<Real>{});
    default:
      return f(Add<Real>{});
  }
}

// The same for every op.
template <typename Real, typename F>
SALIX_HOST_DEVICE void visit_binary(BinaryOp op, F&& f) {
  switch (op) {
    case BinaryOp::kGreater:
      return f(Greater<Real>{});
    case BinaryOp::kGreaterEqual:
      return f(GreaterEqual<Real>{});
    case BinaryOp::kLess:
      return f(Less<Real>{});
    case BinaryOp::kLessEqual:
      return f(LessEqual<Real>{});
    case BinaryOp::kEqual:
      return f(Equal<Real>{});
    default:
      return visit_differentiable<Real>(op, f);
  }
}

// The backward pass speaks of the operand that has all of y's elements and of the small
// one; which of them is a, decides which slope each gets.
template <typename Formula, typename Real>
SALIX_HOST_DEVICE Real full_gradient(const Formula& formula, bool small_is_a, Real full, Real small,
                                     Real dy) {
  return small_is_a ? formula.db(small, full, dy) : formula.da(full, small, dy);
}
template <typename Formula, typename Real>
SALIX_HOST_DEVICE Real small_gradient(const Formula& formula, bool small_is_a, Real full,
                                      Real small, Real dy) {
  return small_is_a ? formula.da(small, full, dy) : formula.db(full, small, dy);
}

}  // namespace salix::kernels
