// What the implementations of the accuracy share.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

namespace salix::kernels {

namespace cpu {  // the plain reference
decltype(kernels::neighbour_accuracy) neighbour_accuracy;
}
namespace vectorised {  // float32
decltype(kernels::neighbour_accuracy) neighbour_accuracy;
}
namespace simt {
decltype(kernels::neighbour_accuracy) neighbour_accuracy;
}
namespace cuda {
decltype(kernels::neighbour_accuracy) neighbour_accuracy;
}

// --- On the host. ---

template <typename T>
struct AccuracyEntry {
  const T* vector;
  std::int32_t label;
};

template <typename T>
std::vector<AccuracyEntry<T>> accuracy_entries(const NeighbourAccuracyBuffers& b) {
  std::vector<AccuracyEntry<T>> entries;
  const auto add = [&](const ConstView& vectors, const ConstView& labels, const ConstView& bounds) {
    if (vectors.empty()) return;
    const std::int32_t count = bounds.as<std::int32_t>()[bounds.numel() - 1];
    for (std::int64_t i = 0; i < count; ++i) {
      entries.push_back({vectors.as<T>() + i * vectors.dim(1), labels.as<std::int32_t>()[i]});
    }
  };
  add(b.prototypes, b.labels, b.bounds);
  add(b.memory, b.memory_labels, b.memory_bounds);
  return entries;
}

// How many of the nearest have the label.
template <typename T>
int count_equal(const Nearest<T>& nearest, const std::vector<AccuracyEntry<T>>& entries,
                std::int32_t label) {
  return static_cast<int>(std::count_if(nearest.index, nearest.index + kNeighbours, [&](int index) {
    return index >= 0 && entries[static_cast<std::size_t>(index)].label == label;
  }));
}

// The share of what was found among all that was looked at.
template <typename T>
T share_of(const std::vector<int>& equal) {
  if (equal.empty()) return 0;
  double sum = 0;
  for (const int count : equal) sum += count;
  const std::size_t each = std::min<std::size_t>(equal.size(), kNeighbours);
  return static_cast<T>(sum / static_cast<double>(equal.size() * each));
}

}  // namespace salix::kernels
