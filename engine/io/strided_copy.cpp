#include "engine/io/strided_copy.h"

#include <array>
#include <cstring>

namespace salix::io {
namespace {

struct Trailing {
  int outer_axes;    // axes in front of the dense ones
  std::int64_t run;  // elements in the dense ones
};

// The axes at the end that are dense together.
Trailing dense_trailing_axes(const Shape& shape, std::span<const std::int64_t> strides) {
  Trailing trailing{shape.rank(), 1};
  while (trailing.outer_axes > 0) {
    const int axis = trailing.outer_axes - 1;
    if (strides[axis] != trailing.run && shape[axis] != 1) break;
    trailing.run *= shape[axis];
    --trailing.outer_axes;
  }
  return trailing;
}

}  // namespace

bool is_dense(const Shape& shape, std::span<const std::int64_t> strides) {
  return dense_trailing_axes(shape, strides).outer_axes == 0;
}

void copy_strided(ByteSpan from, std::size_t element_bytes, const Shape& shape,
                  std::span<const std::int64_t> strides, std::span<std::byte> out) {
  if (out.empty()) return;
  // What is dense is copied in one go.
  const auto [outer_axes, run] = dense_trailing_axes(shape, strides);
  const std::size_t run_bytes = static_cast<std::size_t>(run) * element_bytes;

  std::array<std::int64_t, Shape::kMaxRank> index{};
  std::int64_t source = 0;  // in elements
  for (std::size_t done = 0;; done += run_bytes) {
    std::memcpy(out.data() + done, from.data() + static_cast<std::size_t>(source) * element_bytes,
                run_bytes);
    int axis = outer_axes - 1;
    for (; axis >= 0; --axis) {
      if (shape[axis] == 1) continue;  // its stride is never used, and may be any number
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

std::int64_t strided_extent(const Shape& shape, std::span<const std::int64_t> strides) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 61;
  std::int64_t last = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (shape[axis] == 0) return 0;
  }
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t stride = strides[axis];
    const std::int64_t steps = shape[axis] - 1;
    if (stride < 0 || (stride > 0 && steps > (kLargest - last) / stride)) return -1;
    last += steps * stride;
  }
  return last + 1;
}

}  // namespace salix::io
