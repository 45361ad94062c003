#include "layers/functional/adaptive_avg_pool2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"

namespace salix {

Tensor adaptive_avg_pool2d(const Tensor& x, std::int64_t height, std::int64_t width) {
  SALIX_CHECK(x.rank() == 4, "adaptive_avg_pool2d: x must be [N,H,W,C]; got shape ", x.shape());
  SALIX_CHECK(height > 0 && width > 0,
              "adaptive_avg_pool2d: the target size must be positive; got ", height, " x ", width);

  Tensor y = Tensor::empty(x.exec(), {x.dim(0), height, width, x.dim(3)}, x.dtype());
  kernels::adaptive_avg_pool2d(x.exec(), x.view(), y.mutable_view());

  trace_op("adaptive_avg_pool2d", {x}, y);

  // A mean is linear, so the gradient needs only the shape of x.
  record("adaptive_avg_pool2d", {x}, y, [in = x.shape()](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::adaptive_avg_pool2d_backward(dy.exec(), dy.view(), dx.mutable_view());
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
