#include "kernels/spherical_kmeans/spherical_kmeans.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/spherical_kmeans/spherical_kmeans_parts.h"

namespace salix::kernels {
namespace {

void on_host(Exec& exec, ConstView z, View assignment, const KmeansParams& params) {
  const bool vectors = use_vendor_library(exec) && z.dtype == DType::kFloat32;
  (vectors ? vectorised::spherical_kmeans : cpu::spherical_kmeans)(exec, z, assignment, params);
}

}  // namespace

void spherical_kmeans(Exec& exec, ConstView z, View assignment, const KmeansParams& params) {
  const char* op = "spherical_kmeans";
  check_rank(op, "z", z, 4);
  SALIX_CHECK(z.numel() > 0, op, ": z must have positive sizes; got ", z.shape);
  check_shape(op, "the assignment", assignment, {z.dim(0), z.dim(1), z.dim(2)});
  check_dtype(op, "the assignment", assignment, DType::kInt32);
  SALIX_CHECK(params.clusters >= 1 && params.clusters <= 256 && params.iterations >= 0, op,
              ": needs 1 to 256 clusters a side and 0 or more iterations; got ", params.clusters,
              " and ", params.iterations);
  run_on_device(
      op, exec,
      Implementations{on_host, simt::spherical_kmeans, SALIX_CUDA(cuda::spherical_kmeans)}, z,
      assignment, params);
}

}  // namespace salix::kernels
