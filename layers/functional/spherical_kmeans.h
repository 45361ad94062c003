// Clusters of like pixels, on the unit sphere.
#pragma once

#include "engine/tensor.h"
#include "kernels/spherical_kmeans/spherical_kmeans.h"

namespace salix {

using kernels::KmeansParams;

// z [N,h,w,C], unit vectors -> [N,h,w] int32, the cluster of each pixel within its image. Not
// differentiable, and off the tape. Formula: kernels/spherical_kmeans/spherical_kmeans.h.
Tensor spherical_kmeans(const Tensor& z, const KmeansParams& params = {});

}  // namespace salix
