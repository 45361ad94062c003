// Gathers a strided view into dense, row-major order.
#pragma once

#include <span>

#include "engine/io/bytes.h"
#include "engine/shape.h"

namespace salix::io {

// out[i0,i1,...] = from[sum over axes of i * stride], counted in elements of
// `element_bytes` bytes. `from` starts at the view's first element.
//
// Needs     one stride >= 0 per axis, every element inside `from` (see strided_extent),
//           out.size() == shape.numel() * element_bytes.
// Writes    out is overwritten.
void copy_strided(ByteSpan from, std::size_t element_bytes, const Shape& shape,
                  std::span<const std::int64_t> strides, std::span<std::byte> out);

// True when the view is row-major without gaps already.
bool is_dense(const Shape& shape, std::span<const std::int64_t> strides);

// How many elements, from the first on, the view reaches over: 1 + sum (size-1)*stride; 0
// for an empty view. Negative strides and sums above 2^61 give -1.
std::int64_t strided_extent(const Shape& shape, std::span<const std::int64_t> strides);

}  // namespace salix::io
