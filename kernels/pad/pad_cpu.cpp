#include <algorithm>
#include <cstring>

#include "engine/parallel.h"
#include "kernels/pad/pad.h"
#include "kernels/pad/pad_box.h"

namespace salix::kernels::cpu {
namespace {

// Row by row of y's last axis: a copy with a margin on both sides, or nothing but margin.
template <typename Unit>
void pad_rows(const Unit* x, Unit* y, const PadBox& box, Unit fill) {
  const PadAxis last = box.axes[box.rank - 1];
  parallel_for(box.numel() / last.out_size, grain_for(last.out_size),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t row = begin; row < end; ++row) {
                   std::int64_t rest = row, in_row = 0, in_stride = 1;
                   bool inside = true;
                   for (int axis = box.rank - 2; axis >= 0; --axis) {
                     const PadAxis& at = box.axes[axis];
                     const std::int64_t i = rest % at.out_size - at.before;
                     inside = inside && i >= 0 && i < at.in_size;
                     in_row += i * in_stride;
                     in_stride *= at.in_size;
                     rest /= at.out_size;
                   }
                   Unit* to = y + row * last.out_size;
                   if (inside) {
                     to = std::fill_n(to, last.before, fill);
                     to = std::copy_n(x + in_row * last.in_size, last.in_size, to);
                     std::fill_n(to, last.out_size - last.before - last.in_size, fill);
                   } else {
                     std::fill_n(to, last.out_size, fill);
                   }
                 }
               });
}

}  // namespace

void pad(Exec&, ConstView x, View y, std::span<const std::int64_t> before, double value) {
  const PadBox box = pad_box(x, y, before);
  const Bytes16 pattern = pad_pattern(y.dtype, value);
  visit_unit(box.unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    Unit fill;
    std::memcpy(&fill, &pattern, sizeof fill);
    pad_rows(static_cast<const Unit*>(x.data), static_cast<Unit*>(y.data), box, fill);
  });
}

}  // namespace salix::kernels::cpu
