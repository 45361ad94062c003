#include "layers/functional/adaptive_max_pool2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/adaptive_max_pool2d/adaptive_max_pool2d.h"

namespace salix {

Tensor adaptive_max_pool2d(const Tensor& x, std::int64_t height, std::int64_t width) {
  SALIX_CHECK(x.rank() == 4, "adaptive_max_pool2d: x must be [N,H,W,C]; got shape ", x.shape());
  SALIX_CHECK(height > 0 && width > 0,
              "adaptive_max_pool2d: the target size must be positive; got ", height, " x ", width);

  const Shape out{x.dim(0), height, width, x.dim(3)};
  Tensor y = Tensor::empty(x.exec(), out, x.dtype());
  Tensor index;  // only the backward pass wants to know where the maxima were
  if (wants_grad({x})) index = Tensor::empty(x.exec(), out, DType::kInt32);
  kernels::adaptive_max_pool2d(x.exec(), x.view(), y.mutable_view(),
                               index ? index.mutable_view() : View{});

  trace_op("adaptive_max_pool2d", {x}, y);
  record("adaptive_max_pool2d", {x}, y, [in = x.shape(), index](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::adaptive_max_pool2d_backward(dy.exec(), dy.view(), index.view(), dx.mutable_view());
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
