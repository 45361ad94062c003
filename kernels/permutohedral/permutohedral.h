// High-dimensional Gaussian filtering on the permutohedral lattice: what a dense CRF's
// messages are made with. docs/crf.md explains it.
#pragma once

#include <cstdint>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

inline constexpr int kMaxPermutohedralDims = 6;

// The D+1 lattice vertices around each of P points in D dimensions, and their weights.
// Returns M, the number of different vertices; they are numbered in the order of their first
// appearance (point by point, corner by corner), and the first M elements of `key` are theirs.
//
// Shapes    feature [D,P] in units of the filter's standard deviation, D = 1..6, P = 1..2^26;
//           weight and vertex [P,D+1]; key [(D+1) P].
// Types     feature and weight float32, vertex int32, key int64.
// Errors    InvalidInput when the features span more cells than a key holds (about 9000
//           standard deviations for D = 5) or are not finite.
// Writes    weight, vertex, and the first M elements of key; no overlap. Waits for the device.
// Repeats   run_to_run, the same for any number of threads.
std::int64_t permutohedral_vertices(Exec& exec, ConstView feature, View weight, View vertex,
                                    View key);

// neighbour[j,0,m] and [j,1,m]: the vertices before and after vertex m along axis j, or M
// where that vertex is none of the M.
//
// Shapes    key [M] of permutohedral_vertices, neighbour [D+1,2,M].
// Types     key int64, neighbour int32.
// Writes    neighbour is overwritten.
// Repeats   run_to_run.
void permutohedral_neighbours(Exec& exec, ConstView key, View neighbour);

struct PermutohedralLattice {
  ConstView weight, vertex;  // [P,D+1]
  ConstView neighbour;       // [D+1,2,M]
};

// y = K x, approximately with K(i,j) = exp(-|f_i - f_j|^2 / 2), i = j included: each point
// gives its value to its vertices (splat), the vertices exchange along each axis in turn with
// weights 1/2, 1, 1/2 (blur), each point collects (slice), times 1 / (1 + 2^-D). No vertex is
// added for the blur: what would go to a missing one is lost.
//
// Shapes    x and y [P].
// Types     float32. An x that is not finite makes y not finite: around it on the CPU,
//           everywhere on the GPU.
// Writes    y is overwritten; no overlap with x.
// Repeats   run_to_run, the same for any number of threads: the CPU adds parts of fixed size
//           in order; the GPU adds integers (x is scaled to 36 bits), whose order is no matter.
void permutohedral_filter(Exec& exec, const PermutohedralLattice& lattice, ConstView x, View y);

}  // namespace salix::kernels
