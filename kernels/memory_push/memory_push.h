// A queue of prototypes moves on, on the device: the memory bank of SPML and DHFR (section 4.6 of
// its specification).
#pragma once

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// The queue holds parts of rows, of m iterations: plain of the oldest, ..., plain of the newest,
// aug of the oldest, ..., aug of the newest. Part p is [bounds(p), bounds(p+1)). The moved queue
// has the parts of the younger m - 1 iterations and the new ones: plain of rank 0, of rank 1, ...,
// and aug likewise. Of a rank's new rows those before new_bounds(B / 2) are plain, those from there
// to new_bounds(B) aug. Where *frozen is not 0, the moved queue is a copy.
//
// Shapes    rows [K,C], labels [K] (both empty while nothing was pushed) and bounds [2m+1];
// new_rows
//           [R,L,C], new_labels [R,L], new_bounds [R,B+1], B even; frozen []; moved_* like rows,
//           labels, bounds with K2 rows, room for either result (behind it: not written).
// Types     rows float32 (float64 on the CPU), frozen float32, the rest int32.
// Writes    moved_* are overwritten: zeros and -1 behind the last row; no overlap.
// Repeats   exact.
struct MemoryPushBuffers {
  ConstView rows, labels, bounds;
  ConstView new_rows, new_labels, new_bounds;
  ConstView frozen;
  View moved_rows, moved_labels, moved_bounds;
};
void memory_push(Exec& exec, const MemoryPushBuffers& buffers);

// --- Shared by all implementations. ---

// Where the rows of the moved queue come from.
struct MemoryMove {
  const std::int32_t *bounds, *new_bounds;
  int iterations, ranks, new_parts;  // B
  std::int64_t room;                 // rows of a rank's table: L
  bool frozen;

  struct Source {
    bool is_new;
    std::int64_t row;  // of rows, or of new_rows as [R L,C]
  };

  SALIX_HOST_DEVICE int new_begin(int rank, int branch) const {
    return branch == 0 ? 0 : new_bounds[rank * (new_parts + 1) + new_parts / 2];
  }
  SALIX_HOST_DEVICE int new_size(int rank, int branch) const {
    const int end = new_bounds[rank * (new_parts + 1) + (branch + 1) * new_parts / 2];
    return end - new_begin(rank, branch);
  }
  // The part of the old queue that is part p of the moved one; -1: it is new.
  SALIX_HOST_DEVICE int old_part(int part) const {
    if (frozen) return part;
    return part % iterations == iterations - 1 ? -1 : part + 1;
  }
  SALIX_HOST_DEVICE int part_size(int part) const {
    const int old = old_part(part);
    if (old >= 0) return bounds[old + 1] - bounds[old];
    int size = 0;
    for (int rank = 0; rank < ranks; ++rank) size += new_size(rank, part / iterations);
    return size;
  }
  // Row `row` of part `part`.
  SALIX_HOST_DEVICE Source source(int part, int row) const {
    const int old = old_part(part);
    if (old >= 0) return {false, bounds[old] + row};
    int rank = 0;
    for (; row >= new_size(rank, part / iterations); ++rank)
      row -= new_size(rank, part / iterations);
    return {true, rank * room + new_begin(rank, part / iterations) + row};
  }
};

}  // namespace salix::kernels
