#include "layers/functional/reduce.h"

#include <array>

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/reduce/reduce.h"

namespace salix {
namespace {

using kernels::ReduceKind;

Tensor reduce(const char* op, const Tensor& x, const std::vector<int>& axes, ReduceParams params,
              ReduceKind kind) {
  std::array<bool, Shape::kMaxRank> summed{};
  for (const int axis : axes) {
    const auto i = static_cast<std::size_t>(x.shape().normalize_axis(axis));
    SALIX_CHECK(!summed[i], op, ": axis ", axis, " is named twice for shape ", x.shape());
    summed[i] = true;
  }
  if (axes.empty()) summed.fill(true);
  std::vector<std::int64_t> kept, squeezed;  // sizes with and without the summed axes
  std::vector<std::int64_t> summed_axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool gone = summed[static_cast<std::size_t>(axis)];
    kept.push_back(gone ? 1 : x.dim(axis));
    if (gone) {
      summed_axes.push_back(axis);
    } else {
      squeezed.push_back(x.dim(axis));
    }
  }
  const Shape kept_shape{std::span<const std::int64_t>(kept)};
  const Shape out_shape{std::span<const std::int64_t>(params.keep_axes ? kept : squeezed)};

  Tensor y = Tensor::empty(x.exec(), out_shape, x.dtype());
  kernels::reduce(x.exec(), x.view(), View{y.mutable_view().data, kept_shape, y.dtype()}, kind);

  trace_op(op, {x}, y, {{"axes", summed_axes}, {"keep_axes", params.keep_axes}});

  // Every element of x counts once, so each gets the dy of its sum.
  record(op, {x}, y, [in = x.shape(), kept_shape, kind](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::reduce_backward(dy.exec(), ConstView{dy.view().data, kept_shape, dy.dtype()},
                             dx.mutable_view(), kind);
    return std::vector{dx};
  });
  return y;
}

}  // namespace

Tensor sum(const Tensor& x, const std::vector<int>& axes, ReduceParams params) {
  return reduce("sum", x, axes, params, ReduceKind::kSum);
}

Tensor mean(const Tensor& x, const std::vector<int>& axes, ReduceParams params) {
  return reduce("mean", x, axes, params, ReduceKind::kMean);
}

}  // namespace salix
