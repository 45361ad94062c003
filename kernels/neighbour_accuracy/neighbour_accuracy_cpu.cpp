#include <algorithm>
#include <numeric>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

namespace salix::kernels::cpu {
namespace {

template <typename T>
struct Entry {
  const T* vector;
  std::int32_t label;
};

template <typename T>
void add_entries(const ConstView& vectors, const ConstView& labels, const ConstView& bounds,
                 std::vector<Entry<T>>& to) {
  if (vectors.empty()) return;
  const std::int32_t count = bounds.as<std::int32_t>()[bounds.numel() - 1];
  for (std::int64_t i = 0; i < count; ++i) {
    to.push_back({vectors.as<T>() + i * vectors.dim(1), labels.as<std::int32_t>()[i]});
  }
}

}  // namespace

void neighbour_accuracy(Exec&, const NeighbourAccuracyBuffers& b) {
  visit_full_precision("neighbour_accuracy", b.prototypes.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::vector<Entry<T>> entries;
    add_entries(b.prototypes, b.labels, b.bounds, entries);
    add_entries(b.memory, b.memory_labels, b.memory_bounds, entries);
    const auto count = static_cast<std::int64_t>(entries.size());
    std::vector<int> equal(entries.size());
    parallel_for(count, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const Entry<T>& own = entries[static_cast<std::size_t>(i)];
        Nearest<T> nearest;
        for (std::int64_t j = 0; j < count; ++j) {
          const Entry<T>& other = entries[static_cast<std::size_t>(j)];
          nearest.offer(dot<T>(own.vector, other.vector, b.prototypes.dim(1)), static_cast<int>(j));
        }
        equal[static_cast<std::size_t>(i)] =
            static_cast<int>(std::count_if(nearest.index, nearest.index + kNeighbours, [&](int j) {
              return j >= 0 && entries[static_cast<std::size_t>(j)].label == own.label;
            }));
      }
    });
    const double sum = std::accumulate(equal.begin(), equal.end(), 0.0);
    const double looked_at =
        static_cast<double>(count * std::min<std::int64_t>(count, kNeighbours));
    *b.accuracy.as<T>() = count > 0 ? static_cast<T>(sum / looked_at) : T(0);
  });
}

}  // namespace salix::kernels::cpu
