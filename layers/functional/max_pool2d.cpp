#include "layers/functional/max_pool2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/common/pool_checks.h"
#include "layers/functional/op_attributes.h"

namespace salix {

Tensor max_pool2d(const Tensor& x, MaxPool2dParams params) {
  SALIX_CHECK(x.rank() == 4, "max_pool2d: x must be [N,H,W,C]; got shape ", x.shape());
  const Shape out = kernels::strided_pool_output_shape("max_pool2d", x.shape(), params.kernel,
                                                       params.stride, params.padding);
  Tensor y = Tensor::empty(x.exec(), out, x.dtype());
  Tensor index;  // only the backward pass wants to know where the maxima were
  if (wants_grad({x})) index = Tensor::empty(x.exec(), out, DType::kInt32);
  kernels::max_pool2d(x.exec(), x.view(), y.mutable_view(), index ? index.mutable_view() : View{},
                      params);

  trace_op("max_pool2d", {x}, y,
           {{"kernel", h_and_w(params.kernel)},
            {"stride", h_and_w(params.stride)},
            {"padding", h_and_w(params.padding)}});
  record("max_pool2d", {x}, y, [in = x.shape(), index, params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::max_pool2d_backward(dy.exec(), dy.view(), index.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
