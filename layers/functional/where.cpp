#include "layers/functional/where.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/where/where.h"

namespace salix {

Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b) {
  SALIX_CHECK(a.shape() == mask.shape() && b.shape() == mask.shape(),
              "where: mask, a and b must have one shape; got ", mask.shape(), ", ", a.shape(),
              " and ", b.shape());
  SALIX_CHECK(is_floating(a.dtype()) && a.dtype() == mask.dtype() && b.dtype() == mask.dtype(),
              "where: mask, a and b must have one floating type; got ", mask.dtype(), ", ",
              a.dtype(), " and ", b.dtype());
  Tensor y = Tensor::empty(a.exec(), a.shape(), a.dtype());
  kernels::where(a.exec(), mask.view(), a.view(), b.view(), y.mutable_view());

  trace_op("where", {mask, a, b}, y);

  // Each element of dy goes to the side it came from; only the mask tells which.
  const bool wants_da = a.requires_grad(), wants_db = b.requires_grad();
  record("where", {a, b}, y, [mask = mask.detach(), wants_da, wants_db](const Tensor& dy) {
    Tensor da, db;
    if (wants_da) da = Tensor::empty(dy.exec(), dy.shape(), dy.dtype());
    if (wants_db) db = Tensor::empty(dy.exec(), dy.shape(), dy.dtype());
    kernels::where_backward(dy.exec(), mask.view(), dy.view(),
                            wants_da ? da.mutable_view() : View{},
                            wants_db ? db.mutable_view() : View{});
    return std::vector{da, db};
  });
  return y;
}

}  // namespace salix
