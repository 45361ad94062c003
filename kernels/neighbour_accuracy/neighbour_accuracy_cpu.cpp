#include "engine/parallel.h"
#include "kernels/common/full_precision.h"
#include "kernels/common/inner_loops.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy_parts.h"

namespace salix::kernels::cpu {

void neighbour_accuracy(Exec&, const NeighbourAccuracyBuffers& b) {
  visit_full_precision("neighbour_accuracy", b.prototypes.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto entries = accuracy_entries<T>(b);
    std::vector<int> equal(entries.size());
    parallel_for(static_cast<std::int64_t>(entries.size()), 16, [&](auto begin, auto end) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        Nearest<T> nearest;
        for (std::size_t j = 0; j < entries.size(); ++j) {
          nearest.offer(dot<T>(entries[i].vector, entries[j].vector, b.prototypes.dim(1)),
                        static_cast<int>(j));
        }
        equal[i] = count_equal(nearest, entries, entries[i].label);
      }
    });
    *b.accuracy.as<T>() = share_of<T>(equal);
  });
}

}  // namespace salix::kernels::cpu
