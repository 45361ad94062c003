#include "layers/functional/matmul.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/reduce/reduce.h"
#include "layers/functional/autocast.h"

namespace salix {
namespace {

Tensor product(const Tensor& a, const Tensor& b, MatmulParams params) {
  Tensor y = Tensor::empty(a.exec(), kernels::matmul_output_shape(a.shape(), b.shape(), params),
                           a.dtype());
  kernels::matmul(a.exec(), a.view(), b.view(), {}, y.mutable_view(), params);
  return y;
}

// All leading axes as one: what a shared matrix sees of a batch.
Tensor as_matrix(const Tensor& x) { return x.reshape({-1, x.dim(-1)}); }

// Y = op(A) op(B), so d op(A) = dY op(B)^T, d op(B) = op(A)^T dY; a transposed operand gets
// the transpose of that, written as one product with the factors exchanged.
Tensor gradient_of_a(const Tensor& dy, const Tensor& b, MatmulParams params) {
  return params.transpose_a ? product(b, dy, {params.transpose_b, true})
                            : product(dy, b, {false, !params.transpose_b});
}
Tensor gradient_of_b(const Tensor& dy, const Tensor& a, MatmulParams params) {
  return params.transpose_b ? product(dy, a, {true, params.transpose_a})
                            : product(a, dy, {!params.transpose_a, false});
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, const Tensor& bias, MatmulParams params) {
  if (autocast_rounds({a, b, bias})) {
    return matmul(autocast_down(a), autocast_down(b), autocast_down(bias), params);
  }
  Tensor y = Tensor::empty(a.exec(), kernels::matmul_output_shape(a.shape(), b.shape(), params),
                           a.dtype());
  kernels::matmul(a.exec(), a.view(), b.view(), bias.defined() ? bias.view() : ConstView{},
                  y.mutable_view(), params);

  trace_op("matmul", {a, b, bias}, y,
           {{"transpose_a", params.transpose_a}, {"transpose_b", params.transpose_b}});

  // Each factor's gradient needs the other, so each is kept only when the other wants one.
  const bool want_da = a.requires_grad(), want_db = b.requires_grad();
  const bool want_dbias = bias.defined() && bias.requires_grad();
  record("matmul", {a, b, bias}, y,
         [saved_a = want_db ? a.detach() : Tensor(), saved_b = want_da ? b.detach() : Tensor(),
          shared_b = b.rank() == 2, want_dbias, params](const Tensor& dy) {
           Tensor da, db, dbias;
           if (saved_b.defined()) da = gradient_of_a(dy, saved_b, params);
           if (saved_a.defined()) {
             // A shared b adds up over the batch, which one tall product does.
             db = shared_b ? gradient_of_b(as_matrix(dy), as_matrix(saved_a), params)
                           : gradient_of_b(dy, saved_a, params);
           }
           if (want_dbias) {
             dbias = Tensor::empty(dy.exec(), {1, dy.dim(-1)}, dy.dtype());
             kernels::reduce(dy.exec(), as_matrix(dy).view(), dbias.mutable_view(),
                             kernels::ReduceKind::kSum);
             dbias = dbias.reshape({-1});
           }
           return std::vector{da, db, dbias};
         });
  return y;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  SALIX_CHECK(weight.rank() == 2 && x.rank() >= 1 && x.dim(-1) == weight.dim(1),
              "linear: x must be [..,in] and weight [out,in]; got ", x.shape(), " and ",
              weight.shape());
  if (x.rank() == 1) return linear(x.reshape({1, -1}), weight, bias).reshape({-1});
  return matmul(x, weight, bias, {.transpose_b = true});
}

}  // namespace salix
