#include "layers/functional/resize_bilinear.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {

Tensor resize_bilinear(const Tensor& x, std::int64_t height, std::int64_t width,
                       ResizeBilinearParams params) {
  SALIX_CHECK(x.rank() == 4, "resize_bilinear: x must be [N,H,W,C]; got shape ", x.shape());
  SALIX_CHECK(height > 0 && width > 0, "resize_bilinear: the target size must be positive; got ",
              height, " x ", width);
  if (height == x.dim(1) && width == x.dim(2)) return x;  // the identity in both conventions

  Tensor y = Tensor::empty(x.exec(), {x.dim(0), height, width, x.dim(3)}, x.dtype());
  kernels::resize_bilinear(x.exec(), x.view(), y.mutable_view(), params);

  trace_op("resize_bilinear", {x}, y, {{"align_corners", params.align_corners}});

  // y = A x with a fixed matrix A of tap weights, so dx = A^T dy. Only the shape of x is
  // captured: x itself need not stay in memory until the backward pass.
  record("resize_bilinear", {x}, y, [in = x.shape(), params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::resize_bilinear_backward(dy.exec(), dy.view(), dx.mutable_view(), params);
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
