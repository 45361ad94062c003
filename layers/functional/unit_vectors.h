// Differentiable: pixels as unit vectors, and with their place in the map.
#pragma once

#include <vector>

#include "engine/tensor.h"

namespace salix {

struct UnitVectors {
  Tensor unit;     // [N,h,w,C]
  Tensor located;  // [N,h,w,C+2]
};

// Of the maps [Ni,h,w,C] one behind the other, N images in all. Formula:
// kernels/unit_vectors/unit_vectors.h.
UnitVectors unit_vectors(const std::vector<Tensor>& maps);

}  // namespace salix
