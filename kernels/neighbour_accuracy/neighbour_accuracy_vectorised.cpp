// The dot products of 48 entries with 64 others at a time, as a matrix product; where none of a
// row's 64 is nearer than its fifth, they are passed over together.
#include "engine/parallel.h"
#include "kernels/common/panel_product.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy_parts.h"

namespace salix::kernels::vectorised {
namespace {

constexpr int kLanes = 8;
constexpr std::int64_t kRows = 48, kColumns = 64;

// Others [first, first + count) of one row.
void offer(const float* __restrict cosines, int first, int count, Nearest<float>& nearest) {
  float largest = cosines[0];
#pragma omp simd reduction(max : largest)
  for (int j = 0; j < count; ++j) largest = cosines[j] > largest ? cosines[j] : largest;
  const bool full = nearest.index[kNeighbours - 1] >= 0;
  if (full && !(largest > nearest.value[kNeighbours - 1])) return;
  for (int j = 0; j < count; ++j) nearest.offer(cosines[j], first + j);
}

}  // namespace

void neighbour_accuracy(Exec&, const NeighbourAccuracyBuffers& b) {
  const auto entries = accuracy_entries<float>(b);
  const auto count = static_cast<std::int64_t>(entries.size());
  const std::int64_t channels = b.prototypes.dim(1);
  // [block of 64 others][channel][other], so that a block lies together.
  const std::int64_t blocks = (count + kColumns - 1) / kColumns;
  std::vector<float> others(static_cast<std::size_t>(blocks * channels * kColumns));
  for (std::int64_t j = 0; j < count; ++j) {
    float* to = others.data() + j / kColumns * channels * kColumns + j % kColumns;
    for (std::int64_t c = 0; c < channels; ++c) {
      to[c * kColumns] = entries[static_cast<std::size_t>(j)].vector[c];
    }
  }
  std::vector<int> equal(entries.size());
  parallel_for(count, kRows, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> rows(static_cast<std::size_t>(kRows * channels));
    std::vector<float> cosines(kRows * kColumns);
    for (std::int64_t first = begin; first < end; first += kRows) {
      const std::int64_t size = std::min(kRows, end - first);
      for (std::int64_t r = 0; r < size; ++r) {
        std::copy_n(entries[static_cast<std::size_t>(first + r)].vector, channels,
                    rows.data() + r * channels);
      }
      std::vector<Nearest<float>> nearest(static_cast<std::size_t>(size));
      for (std::int64_t block = 0; block < blocks; ++block) {
        PanelProduct<kLanes>::set(size, {rows.data(), channels, 1},
                                  {others.data() + block * channels * kColumns, kColumns}, channels,
                                  kColumns, {cosines.data(), kColumns});
        const auto here = static_cast<int>(std::min(kColumns, count - block * kColumns));
        for (std::int64_t r = 0; r < size; ++r) {
          offer(cosines.data() + r * kColumns, static_cast<int>(block * kColumns), here,
                nearest[static_cast<std::size_t>(r)]);
        }
      }
      for (std::int64_t r = 0; r < size; ++r) {
        const auto i = static_cast<std::size_t>(first + r);
        equal[i] = count_equal(nearest[static_cast<std::size_t>(r)], entries, entries[i].label);
      }
    }
  });
  *b.accuracy.as<float>() = share_of<float>(equal);
}

}  // namespace salix::kernels::vectorised
