#include "layers/functional/slice.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/pad/pad.h"
#include "kernels/slice/slice.h"

namespace salix {

Tensor slice(const Tensor& x, const std::vector<std::int64_t>& starts,
             const std::vector<std::int64_t>& sizes) {
  const auto rank = static_cast<std::size_t>(x.rank());
  SALIX_CHECK(starts.size() == rank && sizes.size() == rank,
              "slice: needs one start and one size per axis of ", x.shape(), "; got ",
              starts.size(), " and ", sizes.size());
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::int64_t end = starts[axis] + sizes[axis];
    SALIX_CHECK(starts[axis] >= 0 && sizes[axis] >= 0 && end <= x.dim(static_cast<int>(axis)),
                "slice: axis ", axis, " of ", x.shape(), " must hold the range; got ", starts[axis],
                " .. ", end);
  }
  Tensor y = Tensor::empty(x.exec(), Shape(std::span<const std::int64_t>(sizes)), x.dtype());
  kernels::slice(x.exec(), x.view(), y.mutable_view(), starts);

  trace_op("slice", {x}, y, {{"starts", starts}});

  // What was cut off did not matter: its gradient is zero.
  record("slice", {x}, y, [in = x.shape(), starts](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::pad(dy.exec(), dy.view(), dx.mutable_view(), starts, 0.0);
    return std::vector{dx};
  });
  return y;
}

Tensor slice(const Tensor& x, int axis, std::int64_t start, std::int64_t size) {
  const auto along = static_cast<std::size_t>(x.shape().normalize_axis(axis));
  std::vector<std::int64_t> starts(static_cast<std::size_t>(x.rank()), 0);
  std::vector<std::int64_t> sizes(x.shape().begin(), x.shape().end());
  starts[along] = start;
  sizes[along] = size;
  return slice(x, starts, sizes);
}

}  // namespace salix
