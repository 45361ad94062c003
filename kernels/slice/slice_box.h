// A slice as a StridedBox.
#pragma once

#include "kernels/common/strided_box.h"

namespace salix::kernels {

inline StridedBox slice_box(const ConstView& x, const ConstView& y,
                            std::span<const std::int64_t> starts) {
  std::int64_t strides[Shape::kMaxRank] = {};
  dense_strides(x.shape, strides);
  std::int64_t offset = 0;
  for (std::size_t axis = 0; axis < starts.size(); ++axis) offset += starts[axis] * strides[axis];
  return strided_box(x, y, {strides, starts.size()}, offset);
}

}  // namespace salix::kernels
