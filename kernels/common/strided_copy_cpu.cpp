#include "kernels/common/strided_copy_cpu.h"

#include <algorithm>
#include <cstring>

#include "engine/parallel.h"
#include "kernels/common/byte_units.h"

namespace salix::kernels::cpu {
namespace {

// The offset in x of the y row number `row`, rows being all axes but the last.
std::int64_t row_offset(const StridedBox& box, std::int64_t row) {
  std::int64_t offset = box.offset;
  for (int axis = box.rank - 2; axis >= 0; --axis) {
    offset += row % box.axes[axis].size * box.axes[axis].in_stride;
    row /= box.axes[axis].size;
  }
  return offset;
}

template <typename Unit>
void copy_rows(const Unit* x, Unit* y, const StridedBox& box) {
  const BoxAxis& last = box.axes[box.rank - 1];
  parallel_for(box.numel() / last.size, grain_for(last.size),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   const Unit* from = x + row_offset(box, row);
                   Unit* to = y + row * last.size;
                   if (last.in_stride == 1) {
                     std::copy_n(from, last.size, to);
                   } else {
                     for (std::int64_t i = 0; i < last.size; ++i) to[i] = from[i * last.in_stride];
                   }
                 }
               });
}

// A transpose: x runs along `fast`, y along the last axis. In tiles of 16 by 16, so that
// both sides use whole cache lines: each axis alone would touch one element per line.
template <typename Unit>
void copy_tiles(const Unit* x, Unit* y, const StridedBox& box, int fast_axis) {
  constexpr std::int64_t kTile = 16;
  const BoxAxis fast = box.axes[fast_axis], last = box.axes[box.rank - 1];
  const std::int64_t bands = (fast.size + kTile - 1) / kTile;
  const std::int64_t outer = box.numel() / fast.size / last.size;
  parallel_for(outer * bands, grain_for(kTile * last.size),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t item = begin; item < end; ++item) {
                   std::int64_t rest = item / bands, from = box.offset, to = 0;
                   for (int axis = box.rank - 2; axis >= 0; --axis) {
                     if (axis == fast_axis) continue;
                     const std::int64_t i = rest % box.axes[axis].size;
                     from += i * box.axes[axis].in_stride;
                     to += i * box.axes[axis].out_stride;
                     rest /= box.axes[axis].size;
                   }
                   const std::int64_t f_begin = item % bands * kTile;
                   const std::int64_t f_end = std::min(f_begin + kTile, fast.size);
                   for (std::int64_t l_begin = 0; l_begin < last.size; l_begin += kTile) {
                     const std::int64_t l_end = std::min(l_begin + kTile, last.size);
                     for (std::int64_t f = f_begin; f < f_end; ++f) {
                       Unit* row = y + to + f * fast.out_stride;
                       const Unit* column = x + from + f;
                       for (std::int64_t l = l_begin; l < l_end; ++l)
                         row[l] = column[l * last.in_stride];
                     }
                   }
                 }
               });
}

}  // namespace

void strided_copy(const void* x, void* y, const StridedBox& box) {
  int fast_axis = -1;
  for (int axis = 0; axis + 1 < box.rank; ++axis) {
    if (box.axes[axis].in_stride == 1) fast_axis = axis;
  }
  const bool transposed = box.axes[box.rank - 1].in_stride != 1 && fast_axis >= 0;
  visit_unit(box.unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    const auto* from = static_cast<const Unit*>(x);
    auto* to = static_cast<Unit*>(y);
    if (transposed) {
      copy_tiles(from, to, box, fast_axis);
    } else {
      copy_rows(from, to, box);
    }
  });
}

}  // namespace salix::kernels::cpu
