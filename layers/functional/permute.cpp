#include "layers/functional/permute.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/permute/permute.h"

namespace salix {

Tensor permute(const Tensor& x, const std::vector<int>& order) {
  const auto rank = static_cast<std::size_t>(x.rank());
  SALIX_CHECK(order.size() == rank, "permute: order must name the ", rank, " axes of ", x.shape(),
              "; got ", order.size());
  std::vector<std::int64_t> sizes;
  std::vector<int> inverse(rank, -1);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const int source = order[axis];
    SALIX_CHECK(source >= 0 && source < x.rank() && inverse[static_cast<std::size_t>(source)] < 0,
                "permute: order must name each axis of ", x.shape(), " once; got ", source,
                " at place ", axis);
    inverse[static_cast<std::size_t>(source)] = static_cast<int>(axis);
    sizes.push_back(x.dim(source));
  }
  Tensor y = Tensor::empty(x.exec(), Shape(std::span<const std::int64_t>(sizes)), x.dtype());
  kernels::permute(x.exec(), x.view(), y.mutable_view(), order);

  trace_op("permute", {x}, y, {{"order", std::vector<std::int64_t>(order.begin(), order.end())}});

  // The gradient goes back the way the values came.
  record("permute", {x}, y, [in = x.shape(), inverse](const Tensor& dy) {
    Tensor dx = Tensor::empty(dy.exec(), in, dy.dtype());
    kernels::permute(dy.exec(), dy.view(), dx.mutable_view(), inverse);
    return std::vector{dx};
  });
  return y;
}

}  // namespace salix
