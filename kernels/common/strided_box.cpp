#include "kernels/common/strided_box.h"

#include "kernels/common/byte_units.h"

namespace salix::kernels {

StridedBox strided_box(const ConstView& x, const ConstView& y,
                       std::span<const std::int64_t> in_strides, std::int64_t offset) {
  StridedBox box;
  box.offset = offset;
  for (int axis = 0; axis < y.rank(); ++axis) {
    const std::int64_t size = y.dim(axis), stride = in_strides[static_cast<std::size_t>(axis)];
    if (size == 1) continue;
    if (box.rank > 0 && box.axes[box.rank - 1].in_stride == stride * size) {
      box.axes[box.rank - 1].size *= size;
      box.axes[box.rank - 1].in_stride = stride;
    } else {
      box.axes[box.rank++] = {size, stride, 0};
    }
  }
  if (box.rank == 0) box.axes[box.rank++] = {1, 1, 0};

  const auto element = static_cast<std::int64_t>(size_of(y.dtype));
  BoxAxis& last = box.axes[box.rank - 1];
  box.unit = static_cast<int>(element);
  if (last.in_stride == 1) {
    const auto bytes = [&](std::int64_t count) {
      return static_cast<std::uint64_t>(count * element);
    };
    int unit = unit_of({address_of(x.data), address_of(y.data), bytes(last.size), bytes(offset)});
    for (int i = 0; i + 1 < box.rank; ++i) {
      unit = unit_of({static_cast<std::uint64_t>(unit), bytes(box.axes[i].in_stride)});
    }
    const std::int64_t elements_per_unit = unit / element;
    box.unit = unit;
    box.offset /= elements_per_unit;
    last.size /= elements_per_unit;
    for (int i = 0; i + 1 < box.rank; ++i) box.axes[i].in_stride /= elements_per_unit;
  }
  std::int64_t out_stride = 1;
  for (int i = box.rank - 1; i >= 0; --i) {
    box.axes[i].out_stride = out_stride;
    out_stride *= box.axes[i].size;
  }
  return box;
}

}  // namespace salix::kernels
