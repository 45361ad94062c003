// The pixels of a map as points on a sphere: their vectors at length 1, and the same with the
// place in the map as two more coordinates (DHFR, section 4.2 of its specification).
#pragma once

#include <cmath>

#include "engine/exec.h"
#include "engine/host_device.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

// Vectors shorter than this are divided by it; the division is then linear.
inline constexpr double kShortestVector = 1e-12;

// unit(i) = x(i) / max(|x(i)|, 1e-12) over the channels, and located(i) = v / max(|v|, 1e-12) with
// v = [unit(i), row / (h-1) - 1/2, column / (w-1) - 1/2] (0 on an axis of one pixel); norms(i) =
// both lengths, for the backward.
// Backward, of both: dv = (dlocated - located (located . dlocated)) / |v|, du = dunit + dv without
// the place, dx = (du - unit (unit . du)) / |x|; where |x| < 1e-12 instead dx = du / 1e-12.
//
// Shapes    x, unit, dunit, dx [N,h,w,C]; located and dlocated [N,h,w,C+2]; norms [N,h,w,2].
// Types     float32; float64 on the CPU.
// Writes    the outputs are overwritten; no overlap. dunit or dlocated may be empty: zero.
// Repeats   run_to_run.
struct UnitVectorsBuffers {
  ConstView x;
  View unit, located, norms;
};
struct UnitVectorsBackwardBuffers {
  ConstView dunit, dlocated, unit, located, norms;
  View dx;
};
void unit_vectors(Exec& exec, const UnitVectorsBuffers& buffers);
void unit_vectors_backward(Exec& exec, const UnitVectorsBackwardBuffers& buffers);

// --- Shared by all implementations. ---

// The place on an axis: from -1/2 to 1/2.
template <typename Real>
SALIX_HOST_DEVICE inline Real place_on_axis(std::int64_t index, std::int64_t size) {
  return size > 1 ? static_cast<Real>(index) / static_cast<Real>(size - 1) - Real(0.5) : Real(0);
}

// What a vector of this length is multiplied with.
template <typename Real>
SALIX_HOST_DEVICE inline Real to_unit(Real norm) {
  return Real(1) / (norm < Real(kShortestVector) ? Real(kShortestVector) : norm);
}

// The share of a gradient along the unit vector that is taken out of it; none where the division
// was linear.
template <typename Real>
SALIX_HOST_DEVICE inline Real radial_part(Real norm, Real along) {
  return norm < Real(kShortestVector) ? Real(0) : along;
}

}  // namespace salix::kernels
