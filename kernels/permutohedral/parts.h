// Points cut into parts whose number depends on the number of points only, so that sums
// over parts do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

namespace salix::kernels::permutohedral {

struct Parts {
  std::int64_t points, count, size;

  // At most eight: each has vertex values of its own, which must be added up again.
  explicit Parts(std::int64_t point_count)
      : points(point_count),
        count(std::clamp<std::int64_t>(point_count / 16384, 1, 8)),
        size((point_count + count - 1) / count) {}

  std::int64_t begin(std::int64_t part) const { return part * size; }
  std::int64_t end(std::int64_t part) const { return std::min(points, (part + 1) * size); }
};

}  // namespace salix::kernels::permutohedral
