#include "layers/functional/softmax.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {
namespace {

Tensor softmax_of(const char* op, const Tensor& x, kernels::SoftmaxParams params) {
  SALIX_CHECK(x.rank() >= 1, op, ": x must have an axis; got shape ", x.shape());
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  kernels::softmax(x.exec(), x.view(), y.mutable_view(), params);

  trace_op(op, {x}, y);

  // Both gradients need only the result; x is not kept.
  record(op, {x}, y, [y = y.detach(), params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), y.shape(), y.dtype());
    kernels::softmax_backward(dy.exec(), dy.view(), y.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace

Tensor softmax(const Tensor& x) { return softmax_of("softmax", x, {.log = false}); }

Tensor log_softmax(const Tensor& x) { return softmax_of("log_softmax", x, {.log = true}); }

}  // namespace salix
