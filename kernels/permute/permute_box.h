// A permutation as a StridedBox.
#pragma once

#include "kernels/common/strided_box.h"

namespace salix::kernels {

inline StridedBox permute_box(const ConstView& x, const ConstView& y, std::span<const int> order) {
  std::int64_t dense[Shape::kMaxRank], strides[Shape::kMaxRank];
  dense_strides(x.shape, dense);
  for (std::size_t axis = 0; axis < order.size(); ++axis) strides[axis] = dense[order[axis]];
  return strided_box(x, y, {strides, order.size()}, 0);
}

}  // namespace salix::kernels
