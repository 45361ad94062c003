#include "train/inference/embedding_segments.h"

#include "engine/autograd/tape.h"
#include "layers/functional/spherical_kmeans.h"
#include "layers/functional/unit_vectors.h"

namespace salix {

std::vector<std::int32_t> embedding_segments(const HostValues& embedding) {
  SALIX_CHECK(embedding.shape.rank() == 4 && embedding.shape[0] == 1,
              "embedding_segments: the embedding must be [1,h,w,C]; got ", embedding.shape);
  Exec exec;
  const NoGrad no_grad(exec);
  const Tensor map = Tensor::from_host(exec, embedding.values, embedding.shape);
  return spherical_kmeans(unit_vectors({map}).located).to_vector<std::int32_t>();
}

}  // namespace salix
