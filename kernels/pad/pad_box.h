// Padding in as few axes and as wide units as the case allows, for all devices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/shape.h"
#include "engine/tensor_view.h"
#include "kernels/common/byte_units.h"

namespace salix::kernels {

struct PadAxis {
  std::int64_t in_size;
  std::int64_t before;
  std::int64_t out_size;
};

// The last axis counts in units of `unit` bytes.
struct PadBox {
  int rank = 0;  // at least 1
  int unit = 1;
  PadAxis axes[Shape::kMaxRank];  // slowest first

  std::int64_t numel() const {
    std::int64_t count = 1;
    for (int i = 0; i < rank; ++i) count *= axes[i].out_size;
    return count;
  }
};

// Axes that are not padded belong to the axis before them.
inline PadBox pad_box(const ConstView& x, const ConstView& y,
                      std::span<const std::int64_t> before) {
  PadBox box;
  for (int axis = 0; axis < y.rank(); ++axis) {
    const PadAxis next{x.dim(axis), before[static_cast<std::size_t>(axis)], y.dim(axis)};
    if (box.rank > 0 && next.in_size == next.out_size) {
      PadAxis& last = box.axes[box.rank - 1];
      last = {last.in_size * next.in_size, last.before * next.in_size,
              last.out_size * next.in_size};
    } else {
      box.axes[box.rank++] = next;
    }
  }
  if (box.rank == 0) box.axes[box.rank++] = {1, 0, 1};

  PadAxis& last = box.axes[box.rank - 1];
  const auto element = static_cast<std::int64_t>(size_of(y.dtype));
  const auto bytes = [&](std::int64_t count) {
    return static_cast<std::uint64_t>(count * element);
  };
  box.unit = unit_of({address_of(x.data), address_of(y.data), bytes(last.in_size),
                      bytes(last.before), bytes(last.out_size)});
  const std::int64_t elements = box.unit / element;
  last = {last.in_size / elements, last.before / elements, last.out_size / elements};
  return box;
}

// 16 bytes of `value`, converted to `dtype`; a unit of any width is their beginning.
inline Bytes16 pad_pattern(DType dtype, double value) {
  Bytes16 pattern;
  visit_any(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::fill_n(reinterpret_cast<T*>(&pattern), sizeof(pattern) / sizeof(T), static_cast<T>(value));
  });
  return pattern;
}

}  // namespace salix::kernels
