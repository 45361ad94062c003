// How well like prototypes have like labels (the accuracy that SPML logs; DHFR, section 5.1 of its
// specification).
#pragma once

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

inline constexpr int kNeighbours = 5;

// Of each entry, the 5 entries of the largest dot product, the first of equal ones, itself counted
// like any other (all of them where there are fewer): the share of equal labels, on average over
// the entries; 0 where there are none. Entries are the first bounds(B) prototypes, then the first
// memory_bounds(D) of the memory.
//
// Shapes    prototypes [K,C] with labels [K] and bounds [B+1]; memory [M,C] with memory_labels [M]
//           and memory_bounds [D+1], all three empty for none; accuracy of one element.
// Types     vectors and accuracy float32 (float64 on the CPU), all alike; the rest int32.
// Writes    accuracy is overwritten.
// Repeats   run_to_run.
struct NeighbourAccuracyBuffers {
  ConstView prototypes, labels, bounds;
  ConstView memory, memory_labels, memory_bounds;
  View accuracy;
};
void neighbour_accuracy(Exec& exec, const NeighbourAccuracyBuffers& buffers);

// --- Shared by all implementations. ---

// The nearest so far, the largest first; a later one of equal value comes behind. index -1: free.
template <typename Real>
struct Nearest {
  Real value[kNeighbours] = {};
  int index[kNeighbours] = {-1, -1, -1, -1, -1};

  SALIX_HOST_DEVICE static bool before(Real value, int index, Real other, int other_index) {
    if (other_index < 0) return true;
    return value > other || (value == other && index < other_index);
  }
  SALIX_HOST_DEVICE void offer(Real new_value, int new_index) {
    constexpr int kLast = kNeighbours - 1;
    if (!before(new_value, new_index, value[kLast], index[kLast])) return;
    int place = kLast;
    for (; place > 0 && before(new_value, new_index, value[place - 1], index[place - 1]); --place) {
      value[place] = value[place - 1];
      index[place] = index[place - 1];
    }
    value[place] = new_value;
    index[place] = new_index;
  }
};

}  // namespace salix::kernels
