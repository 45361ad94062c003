#include "layers/functional/binary.h"

#include "engine/autograd/observer.h"
#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/binary/binary.h"
#include "kernels/binary/broadcast.h"
#include "layers/functional/autocast.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

using kernels::BinaryOp;

// What the rule keeps of an operand: its shape, and its values only where they are read.
struct Kept {
  Shape shape;
  Tensor values;
  bool wanted;  // whether its gradient is

  ConstView view(DType dtype) const {
    return values.defined() ? values.view() : ConstView{nullptr, shape, dtype};
  }
};

Tensor apply(BinaryOp op, const Tensor& a, const Tensor& b) {
  const char* name = kernels::name_of(op);
  if (a.dtype() != b.dtype() && autocasts(a.exec())) {  // a product's result and a float32 map
    const Tensor up_a = autocast_up(a), up_b = autocast_up(b);
    if (up_a.dtype() == up_b.dtype()) return apply(op, up_a, up_b);
  }
  SALIX_CHECK(is_floating(a.dtype()) && a.dtype() == b.dtype(), name,
              ": needs two floating tensors of one type; got ", a.dtype(), " and ", b.dtype());
  SALIX_CHECK(&a.exec() == &b.exec(), name, ": both tensors must be on one Exec; got ",
              a.exec().device(), " and ", b.exec().device());
  Tensor y =
      Tensor::empty(a.exec(), kernels::broadcast_shape(name, a.shape(), b.shape()), a.dtype());
  kernels::binary(a.exec(), op, a.view(), b.view(), y.mutable_view());
  trace_op(name, {a, b}, y);
  if (!kernels::has_gradient(op) || !wants_grad({a, b})) return observed(name, y);

  const auto reads = kernels::binary_backward_reads(op, a.requires_grad(), b.requires_grad());
  const Kept kept_a{a.shape(), reads.a ? a.detach() : Tensor(), a.requires_grad()};
  const Kept kept_b{b.shape(), reads.b ? b.detach() : Tensor(), b.requires_grad()};
  record(name, {a, b}, y, [op, kept_a, kept_b](const Tensor& dy) {
    // A sum passes its gradient on as it is to an operand that was not repeated.
    const auto is_dy = [&](const Kept& kept, bool positive) {
      return positive && kept.wanted && kept.shape == dy.shape();
    };
    const bool da_is_dy = is_dy(kept_a, op == BinaryOp::kAdd || op == BinaryOp::kSub);
    const bool db_is_dy = is_dy(kept_b, op == BinaryOp::kAdd);
    Tensor da, db;
    if (kept_a.wanted) da = da_is_dy ? dy : Tensor::empty(dy.exec(), kept_a.shape, dy.dtype());
    if (kept_b.wanted) db = db_is_dy ? dy : Tensor::empty(dy.exec(), kept_b.shape, dy.dtype());
    const View da_view = da.defined() && !da_is_dy ? da.mutable_view() : View{};
    const View db_view = db.defined() && !db_is_dy ? db.mutable_view() : View{};
    if (!da_view.empty() || !db_view.empty()) {
      kernels::binary_backward(dy.exec(), op, kept_a.view(dy.dtype()), kept_b.view(dy.dtype()),
                               dy.view(), da_view, db_view);
    }
    return std::vector{da, db};
  });
  return y;
}

// A tensor of one number, for comparisons.
Tensor constant_like(const Tensor& a, double value) {
  return Tensor::full(a.exec(), {}, value, a.dtype());
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kAdd, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kSub, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kMul, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kDiv, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kMinimum, a, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kMaximum, a, b); }

Tensor greater(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kGreater, a, b); }
Tensor greater_equal(const Tensor& a, const Tensor& b) {
  return apply(BinaryOp::kGreaterEqual, a, b);
}
Tensor less(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kLess, a, b); }
Tensor less_equal(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kLessEqual, a, b); }
Tensor equal(const Tensor& a, const Tensor& b) { return apply(BinaryOp::kEqual, a, b); }
Tensor greater(const Tensor& a, double b) { return greater(a, constant_like(a, b)); }
Tensor greater_equal(const Tensor& a, double b) { return greater_equal(a, constant_like(a, b)); }
Tensor less(const Tensor& a, double b) { return less(a, constant_like(a, b)); }
Tensor less_equal(const Tensor& a, double b) { return less_equal(a, constant_like(a, b)); }
Tensor equal(const Tensor& a, double b) { return equal(a, constant_like(a, b)); }

Tensor operator-(const Tensor& a) { return negate(a); }
Tensor operator+(const Tensor& a, double b) { return affine(a, 1, b); }
Tensor operator+(double a, const Tensor& b) { return affine(b, 1, a); }
Tensor operator-(const Tensor& a, double b) { return affine(a, 1, -b); }
Tensor operator-(double a, const Tensor& b) { return affine(b, -1, a); }
Tensor operator*(const Tensor& a, double b) { return affine(a, b, 0); }
Tensor operator*(double a, const Tensor& b) { return affine(b, a, 0); }
Tensor operator/(const Tensor& a, double b) { return affine(a, 1 / b, 0); }
Tensor operator/(double a, const Tensor& b) { return reciprocal(b, a); }

}  // namespace salix
