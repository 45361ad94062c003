#include "layers/functional/avg_pool2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/common/pool_checks.h"
#include "layers/functional/op_attributes.h"

namespace salix {

Tensor avg_pool2d(const Tensor& x, AvgPool2dParams params) {
  SALIX_CHECK(x.rank() == 4, "avg_pool2d: x must be [N,H,W,C]; got shape ", x.shape());
  const Shape out = kernels::strided_pool_output_shape("avg_pool2d", x.shape(), params.kernel,
                                                       params.stride, params.padding);
  Tensor y = Tensor::empty(x.exec(), out, x.dtype());
  kernels::avg_pool2d(x.exec(), x.view(), y.mutable_view(), params);

  trace_op("avg_pool2d", {x}, y,
           {{"kernel", h_and_w(params.kernel)},
            {"stride", h_and_w(params.stride)},
            {"padding", h_and_w(params.padding)},
            {"count_include_pad", params.count_include_pad}});

  // A mean is linear, so the gradient needs only the shape of x.
  record("avg_pool2d", {x}, y, [in = x.shape(), params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::avg_pool2d_backward(dy.exec(), dy.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
