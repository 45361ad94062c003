// "A dense y read from x with strides": what slice and permute both are. Found once here,
// in as few axes and as wide units as the case allows, and run by each device's code.
#pragma once

#include <cstdint>
#include <span>

#include "engine/shape.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct BoxAxis {
  std::int64_t size;
  std::int64_t in_stride;   // in units
  std::int64_t out_stride;  // in units; y is dense
};

// y[i0,...,ik] = x[offset + i0 * axes[0].in_stride + ...], all in units of `unit` bytes.
struct StridedBox {
  int rank = 0;  // at least 1
  int unit = 1;
  std::int64_t offset = 0;
  BoxAxis axes[Shape::kMaxRank];  // slowest of y first

  std::int64_t numel() const {
    std::int64_t count = 1;
    for (int i = 0; i < rank; ++i) count *= axes[i].size;
    return count;
  }
};

// `in_strides` and `offset` count elements of x, one stride per axis of y. Neighbouring
// axes that x walks as one become one; a last axis with stride 1 is cut into units of up
// to 16 bytes.
StridedBox strided_box(const ConstView& x, const ConstView& y,
                       std::span<const std::int64_t> in_strides, std::int64_t offset);

// The strides of a dense tensor, in elements.
inline void dense_strides(const Shape& shape, std::int64_t* strides) {
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape.dim(axis);
  }
}

}  // namespace salix::kernels
