#include <cstring>

#include "engine/parallel.h"
#include "kernels/roll/roll.h"

namespace salix::kernels::cpu {

// Each row of pixels is two copies: the part that moves right, and the part that wraps.
void roll(Exec&, ConstView x, View y, RollParams params) {
  const auto pixel_bytes = static_cast<std::size_t>(x.dim(3)) * size_of(x.dtype);
  const std::int64_t height = x.dim(1), width = x.dim(2);
  const std::int64_t shift_h = wrap(params.shift_h, height), shift_w = wrap(params.shift_w, width);
  const std::size_t row_bytes = static_cast<std::size_t>(width) * pixel_bytes;
  const std::size_t wrapped = static_cast<std::size_t>(shift_w) * pixel_bytes;
  const auto* from = static_cast<const std::byte*>(x.data);
  auto* to = static_cast<std::byte*>(y.data);
  parallel_for(
      x.dim(0) * height, grain_for(width * x.dim(3)), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          const std::int64_t source_row =
              row / height * height + wrap(row % height - shift_h, height);
          const std::byte* source = from + static_cast<std::size_t>(source_row) * row_bytes;
          std::byte* target = to + static_cast<std::size_t>(row) * row_bytes;
          std::memcpy(target + wrapped, source, row_bytes - wrapped);
          std::memcpy(target, source + row_bytes - wrapped, wrapped);
        }
      });
}

}  // namespace salix::kernels::cpu
