// An embedding's pixels in groups: the clusters that the scribble recipe starts its segments from.
#pragma once

#include <cstdint>
#include <vector>

#include "train/inference/inference_item.h"

namespace salix {

// embedding [1,h,w,C] -> h * w numbers of clusters, 0 to 35: spherical k-means of unit vectors with
// their place, from a grid of 6 by 6, in ten rounds (kernels/spherical_kmeans). On the CPU.
// Errors    InvalidInput for another shape.
std::vector<std::int32_t> embedding_segments(const HostValues& embedding);

}  // namespace salix
