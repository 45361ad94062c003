#include "layers/functional/unary.h"

#include "engine/autograd/observer.h"
#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/unary/unary.h"

namespace salix {
namespace {

using kernels::UnaryOp;
using kernels::UnaryParams;
using kernels::UnarySaves;

Tensor apply(UnaryOp op, const Tensor& x, const UnaryParams& params = {}) {
  const char* name = kernels::name_of(op);
  SALIX_CHECK(is_floating(x.dtype()), name, ": needs a floating tensor; got ", x.dtype());
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  kernels::unary(x.exec(), op, x.view(), y.mutable_view(), params);
  trace_op(name, {x}, y,
           {{"exponent", params.exponent},
            {"low", params.low},
            {"high", params.high},
            {"scale", params.scale},
            {"shift", params.shift}});
  if (!wants_grad({x})) return observed(name, y);

  // One tensor at most is kept: relu, sigmoid, exp and sqrt know their slope from y, which
  // the next layer usually keeps anyway; gelu and others need x; negate and affine neither.
  Tensor saved;
  if (kernels::unary_saves(op) == UnarySaves::kInput) saved = x.detach();
  if (kernels::unary_saves(op) == UnarySaves::kOutput) saved = y.detach();
  record(name, {x}, y, [op, saved, params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), dy.shape(), dy.dtype());
    kernels::unary_backward(dy.exec(), op, saved.defined() ? saved.view() : ConstView{}, dy.view(),
                            dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace

Tensor relu(const Tensor& x) { return apply(UnaryOp::kRelu, x); }
Tensor gelu(const Tensor& x) { return apply(UnaryOp::kGelu, x); }
Tensor sigmoid(const Tensor& x) { return apply(UnaryOp::kSigmoid, x); }
Tensor hardswish(const Tensor& x) { return apply(UnaryOp::kHardswish, x); }
Tensor abs(const Tensor& x) { return apply(UnaryOp::kAbs, x); }
Tensor exp(const Tensor& x) { return apply(UnaryOp::kExp, x); }
Tensor log(const Tensor& x) { return apply(UnaryOp::kLog, x); }
Tensor sqrt(const Tensor& x) { return apply(UnaryOp::kSqrt, x); }
Tensor square(const Tensor& x) { return apply(UnaryOp::kSquare, x); }
Tensor negate(const Tensor& x) { return apply(UnaryOp::kNegate, x); }

Tensor pow(const Tensor& x, double exponent) {
  return apply(UnaryOp::kPow, x, {.exponent = exponent});
}

Tensor clamp(const Tensor& x, double low, double high) {
  SALIX_CHECK(low <= high, "clamp: low must not be above high; got ", low, " and ", high);
  return apply(UnaryOp::kClamp, x, {.low = low, .high = high});
}

Tensor affine(const Tensor& x, double scale, double shift) {
  return apply(UnaryOp::kAffine, x, {.scale = scale, .shift = shift});
}

Tensor reciprocal(const Tensor& x, double numerator) {
  return apply(UnaryOp::kReciprocal, x, {.scale = numerator});
}

}  // namespace salix
