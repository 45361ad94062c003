#include "layers/functional/spherical_kmeans.h"

#include "engine/autograd/observer.h"

namespace salix {

Tensor spherical_kmeans(const Tensor& z, const KmeansParams& params) {
  SALIX_CHECK(z.rank() == 4, "spherical_kmeans: z must be [N,h,w,C]; got shape ", z.shape());
  Tensor assignment = Tensor::empty(z.exec(), {z.dim(0), z.dim(1), z.dim(2)}, DType::kInt32);
  kernels::spherical_kmeans(z.exec(), z.view(), assignment.mutable_view(), params);
  return observed("spherical_kmeans", assignment);
}

}  // namespace salix
