#include <algorithm>

#include "kernels/common/full_precision.h"
#include "kernels/memory_push/memory_push.h"

namespace salix::kernels::cpu {

void memory_push(Exec&, const MemoryPushBuffers& b) {
  visit_full_precision("memory_push", b.new_rows.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t channels = b.new_rows.dim(2), room = b.moved_rows.dim(0);
    const auto parts = static_cast<int>(b.bounds.numel() - 1);
    const MemoryMove move{b.bounds.as<std::int32_t>(),
                          b.new_bounds.as<std::int32_t>(),
                          parts / 2,
                          static_cast<int>(b.new_rows.dim(0)),
                          static_cast<int>(b.new_bounds.dim(1) - 1),
                          b.new_rows.dim(1),
                          *b.frozen.as<float>() != 0.0f};
    T* rows = b.moved_rows.as<T>();
    std::int32_t* labels = b.moved_labels.as<std::int32_t>();
    std::int32_t* bounds = b.moved_bounds.as<std::int32_t>();
    std::int64_t at = 0;
    bounds[0] = 0;
    for (int part = 0; part < parts; ++part) {
      const int size = move.part_size(part);
      for (int row = 0; row < size && at < room; ++row, ++at) {
        const MemoryMove::Source source = move.source(part, row);
        const ConstView& from = source.is_new ? b.new_rows : b.rows;
        std::copy_n(from.as<T>() + source.row * channels, channels, rows + at * channels);
        const ConstView& label = source.is_new ? b.new_labels : b.labels;
        labels[at] = label.as<std::int32_t>()[source.row];
      }
      bounds[part + 1] = static_cast<std::int32_t>(at);
    }
    std::fill(rows + at * channels, rows + room * channels, T(0));
    std::fill(labels + at, labels + room, -1);
  });
}

}  // namespace salix::kernels::cpu
