#include "layers/functional/pad.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/pad/pad.h"
#include "kernels/slice/slice.h"

namespace salix {

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& before,
           const std::vector<std::int64_t>& after, double value) {
  const auto rank = static_cast<std::size_t>(x.rank());
  SALIX_CHECK(before.size() == rank && after.size() == rank, "pad: needs one number per axis of ",
              x.shape(), " before and after; got ", before.size(), " and ", after.size());
  std::vector<std::int64_t> sizes(x.shape().begin(), x.shape().end());
  for (std::size_t axis = 0; axis < rank; ++axis) {
    SALIX_CHECK(before[axis] >= 0 && after[axis] >= 0, "pad: must not be negative; got ",
                before[axis], " and ", after[axis], " for axis ", axis, "; slice cuts off");
    sizes[axis] += before[axis] + after[axis];
  }
  Tensor y = Tensor::empty(x.exec(), Shape(std::span<const std::int64_t>(sizes)), x.dtype());
  kernels::pad(x.exec(), x.view(), y.mutable_view(), before, value);

  trace_op("pad", {x}, y, {{"before", before}, {"after", after}, {"value", value}});

  // The margin is constant; the middle is x.
  record("pad", {x}, y, [in = x.shape(), before](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::slice(dy.exec(), dy.view(), dx.mutable_view(), before);
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
