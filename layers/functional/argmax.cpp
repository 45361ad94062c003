#include "layers/functional/argmax.h"

#include "engine/autograd/observer.h"
#include "engine/autograd/op_trace.h"
#include "kernels/argmax/argmax.h"

namespace salix {

Tensor argmax(const Tensor& x) {
  SALIX_CHECK(x.rank() >= 1, "argmax: x must have an axis; got a scalar");
  const Shape out{std::span<const std::int64_t>(x.shape().begin(), x.shape().end() - 1)};
  Tensor y = Tensor::empty(x.exec(), out, DType::kInt32);
  kernels::argmax(x.exec(), x.view(), y.mutable_view());
  trace_op("argmax", {x}, y);
  return observed("argmax", y);
}

}  // namespace salix
