#include "layers/functional/roll.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"

namespace salix {

Tensor roll(const Tensor& x, RollParams params) {
  SALIX_CHECK(x.rank() == 4, "roll: x must be [N,H,W,C]; got shape ", x.shape());
  Tensor y = Tensor::empty(x.exec(), x.shape(), x.dtype());
  kernels::roll(x.exec(), x.view(), y.mutable_view(), params);

  trace_op("roll", {x}, y, {{"shift_h", params.shift_h}, {"shift_w", params.shift_w}});

  // The gradient is rolled back.
  record("roll", {x}, y, [params](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), dy.shape(), dy.dtype());
    kernels::roll(dy.exec(), dy.view(), dx.mutable_view(), {-params.shift_h, -params.shift_w});
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
