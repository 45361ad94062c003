// How both implementations of concat see it: rows of bytes, each cut into segments.
#pragma once

#include "engine/shape.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// Bytes of one tensor from `axis` to the last: what it contributes to each row.
inline std::int64_t row_bytes(const ConstView& view, int axis) {
  std::int64_t bytes = static_cast<std::int64_t>(size_of(view.dtype));
  for (int i = axis; i < view.rank(); ++i) bytes *= view.dim(i);
  return bytes;
}

// The number of rows: all axes before `axis`.
inline std::int64_t row_count(const ConstView& view, int axis) {
  std::int64_t rows = 1;
  for (int i = 0; i < axis; ++i) rows *= view.dim(i);
  return rows;
}

}  // namespace salix::kernels
