#include "engine/io/strided_copy.h"

#include <array>
#include <cstring>

namespace salix::io {

void copy_strided(ByteSpan from, std::size_t element_bytes, const Shape& shape,
                  std::span<const std::int64_t> strides, std::span<std::byte> out) {
  if (out.empty()) return;
  // Trailing axes that are dense together are copied in one go.
  int outer_axes = shape.rank();
  std::int64_t run = 1;
  while (outer_axes > 0 && (strides[outer_axes - 1] == run || shape[outer_axes - 1] == 1)) {
    run *= shape[--outer_axes];
  }
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
