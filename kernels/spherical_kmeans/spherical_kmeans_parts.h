// The implementations of spherical k-means.
#pragma once

#include "kernels/spherical_kmeans/spherical_kmeans.h"

namespace salix::kernels {

namespace cpu {  // the plain reference
decltype(kernels::spherical_kmeans) spherical_kmeans;
}
namespace vectorised {  // float32, sixteen pixels at once
decltype(kernels::spherical_kmeans) spherical_kmeans;
}
namespace simt {
decltype(kernels::spherical_kmeans) spherical_kmeans;
}
namespace cuda {
decltype(kernels::spherical_kmeans) spherical_kmeans;
}

}  // namespace salix::kernels
