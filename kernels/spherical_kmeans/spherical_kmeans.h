// k-means on the sphere: the pixels of each image in clusters of like direction (SPML's clustering;
// DHFR, section 4.3 of its specification).
#pragma once

#include <cmath>

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct KmeansParams {
  int clusters = 6;     // along each side of the grid of cells it starts from
  int iterations = 10;  // always as many: no test for convergence
};

// Starts from k x k cells: pixel (i,j) is in cluster g(i) + k g(j), with g(i) = (k-1) i / (h-1)
// rounded (a half to the even number), g(j) likewise with w. Then `iterations` times: the centre of
// a cluster is the sum of its vectors at length 1, that of an empty one zero; each pixel goes to
// the centre of the largest dot product, the first of equal ones.
//
// Shapes    z [N,h,w,C], vectors of length 1; assignment [N,h,w]: clusters from 0 to k k - 1.
// Types     z float32; float64 on the CPU; assignment int32.
// Errors    InvalidInput unless k >= 1 and iterations >= 0; on a GPU also where a tile of 128
// pixels
//           and two sets of centres do not fit its shared memory.
// Writes    assignment is overwritten; no overlap.
// Repeats   run_to_run, whatever the thread count. Devices sum in orders of their own: a pixel
//           between two centres may go to either.
void spherical_kmeans(Exec& exec, ConstView z, View assignment, const KmeansParams& params);

// --- Shared by all implementations. ---

// The cell of a place on an axis, of `cells` along it.
SALIX_HOST_DEVICE inline int starting_cell(int index, int size, int cells) {
  if (size <= 1) return 0;
  return static_cast<int>(std::rint(static_cast<double>(cells - 1) * index / (size - 1)));
}

}  // namespace salix::kernels
