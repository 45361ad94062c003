#include <cstring>
#include <vector>

#include "engine/parallel.h"
#include "kernels/gather/gather.h"
#include "kernels/gather/visit_index.h"

namespace salix::kernels::cpu {
namespace {

// The places of each row in the index, in order: places of row v are
// order[begin[v]] .. order[begin[v + 1] - 1]. A counting sort.
template <typename Index>
void sort_by_row(const Index* index, std::int64_t count, std::vector<std::int64_t>& begin,
                 std::vector<std::int64_t>& order) {
  for (std::int64_t i = 0; i < count; ++i) ++begin[static_cast<std::size_t>(index[i]) + 1];
  for (std::size_t v = 1; v < begin.size(); ++v) begin[v] += begin[v - 1];
  std::vector<std::int64_t> next = begin;
  for (std::int64_t i = 0; i < count; ++i) {
    order[static_cast<std::size_t>(next[static_cast<std::size_t>(index[i])]++)] = i;
  }
}

}  // namespace

void gather(Exec&, ConstView table, ConstView index, View y) {
  const std::size_t row_bytes = table.size_bytes() / static_cast<std::size_t>(table.dim(0));
  const auto* from = static_cast<const std::byte*>(table.data);
  auto* to = static_cast<std::byte*>(y.data);
  visit_index(index.dtype, [&](auto tag) {
    const auto* rows = index.as<typename decltype(tag)::type>();
    parallel_for(index.numel(), grain_for(static_cast<std::int64_t>(row_bytes / 4)),
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t i = begin; i < end; ++i) {
                     std::memcpy(to + static_cast<std::size_t>(i) * row_bytes,
                                 from + static_cast<std::size_t>(rows[i]) * row_bytes, row_bytes);
                   }
                 });
  });
}

// Sorted by row, each row of dtable has one writer, which adds in the order of the index.
void gather_backward(Exec&, ConstView dy, ConstView index, View dtable) {
  const std::int64_t rows = dtable.dim(0), columns = dtable.numel() / rows;
  std::vector<std::int64_t> first(static_cast<std::size_t>(rows) + 1, 0);
  std::vector<std::int64_t> order(static_cast<std::size_t>(index.numel()));
  visit_index(index.dtype, [&](auto tag) {
    sort_by_row(index.as<typename decltype(tag)::type>(), index.numel(), first, order);
  });
  visit_float("gather_backward", dy.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t reads_per_row = columns * (index.numel() / rows + 1);
    parallel_for(rows, grain_for(reads_per_row), [&](std::int64_t begin, std::int64_t end) {
      std::vector<Real> sum(static_cast<std::size_t>(columns));
      for (std::int64_t v = begin; v < end; ++v) {
        sum.assign(sum.size(), Real(0));
        const auto at = static_cast<std::size_t>(v);
        for (std::int64_t i = first[at]; i < first[at + 1]; ++i) {
          const T* from = dy.as<T>() + order[static_cast<std::size_t>(i)] * columns;
          for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += static_cast<Real>(from[c]);
        }
        T* to = dtable.as<T>() + v * columns;
        for (std::size_t c = 0; c < sum.size(); ++c) to[c] = static_cast<T>(sum[c]);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
