#include "kernels/permutohedral/permutohedral.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

// The builders return whether all points are inside the keys' range, and count through `count`.
namespace cpu {
void permutohedral_vertices(Exec&, ConstView, View, View, View, std::int64_t& count, bool& inside);
decltype(kernels::permutohedral_neighbours) permutohedral_neighbours;
decltype(kernels::permutohedral_filter) permutohedral_filter;
}  // namespace cpu
namespace simt {
decltype(cpu::permutohedral_vertices) permutohedral_vertices;
decltype(kernels::permutohedral_neighbours) permutohedral_neighbours;
decltype(kernels::permutohedral_filter) permutohedral_filter;
}  // namespace simt
namespace cuda {
decltype(cpu::permutohedral_vertices) permutohedral_vertices;
decltype(kernels::permutohedral_neighbours) permutohedral_neighbours;
decltype(kernels::permutohedral_filter) permutohedral_filter;
}  // namespace cuda

namespace {

constexpr std::int64_t kMaxPoints = std::int64_t{1} << 26;  // 32-bit entries; 62-bit sums

void check_dims(const char* op, std::int64_t dims) {
  SALIX_CHECK(dims >= 1 && dims <= kMaxPermutohedralDims, op, ": points must have 1 to ",
              kMaxPermutohedralDims, " dimensions; got ", dims);
}

void check_size(const char* op, std::int64_t dims, std::int64_t points) {
  check_dims(op, dims);
  SALIX_CHECK(points >= 1 && points <= kMaxPoints, op, ": there must be 1 to ", kMaxPoints,
              " points; got ", points);
}

}  // namespace

std::int64_t permutohedral_vertices(Exec& exec, ConstView feature, View weight, View vertex,
                                    View key) {
  const char* op = "permutohedral_vertices";
  check_rank(op, "feature", feature, 2);
  const std::int64_t dims = feature.dim(0), points = feature.dim(1);
  check_size(op, dims, points);
  check_shape(op, "weight", weight, {points, dims + 1});
  check_shape(op, "vertex", vertex, {points, dims + 1});
  check_shape(op, "key", key, {(dims + 1) * points});
  check_dtype(op, "feature", feature, DType::kFloat32);
  check_dtype(op, "weight", weight, DType::kFloat32);
  check_dtype(op, "vertex", vertex, DType::kInt32);
  check_dtype(op, "key", key, DType::kInt64);
  check_no_overlap(op, "feature", feature, "weight", weight);
  check_no_overlap(op, "weight", weight, "vertex", vertex);
  check_no_overlap(op, "vertex", vertex, "key", key);
  std::int64_t count = 0;
  bool inside = false;
  run_on_device(op, exec,
                Implementations{cpu::permutohedral_vertices, simt::permutohedral_vertices,
                                SALIX_CUDA(cuda::permutohedral_vertices)},
                feature, weight, vertex, key, count, inside);
  SALIX_CHECK(inside, op,
              ": features must be finite, and within some thousand standard deviations "
              "of zero; got one outside in ",
              dims, " dimensions; raise the standard deviations");
  return count;
}

void permutohedral_neighbours(Exec& exec, ConstView key, View neighbour) {
  const char* op = "permutohedral_neighbours";
  check_rank(op, "key", key, 1);
  check_rank(op, "neighbour", neighbour, 3);
  check_dims(op, neighbour.dim(0) - 1);
  check_shape(op, "neighbour", neighbour, {neighbour.dim(0), 2, key.dim(0)});
  check_dtype(op, "key", key, DType::kInt64);
  check_dtype(op, "neighbour", neighbour, DType::kInt32);
  check_no_overlap(op, "key", key, "neighbour", neighbour);
  run_on_device(op, exec,
                Implementations{cpu::permutohedral_neighbours, simt::permutohedral_neighbours,
                                SALIX_CUDA(cuda::permutohedral_neighbours)},
                key, neighbour);
}

void permutohedral_filter(Exec& exec, const PermutohedralLattice& lattice, ConstView x, View y) {
  const char* op = "permutohedral_filter";
  check_rank(op, "x", x, 1);
  check_rank(op, "neighbour", lattice.neighbour, 3);
  const std::int64_t corners = lattice.neighbour.dim(0), points = x.dim(0);
  check_size(op, corners - 1, points);
  check_same_shape(op, "x", x, "y", y);
  check_shape(op, "weight", lattice.weight, {points, corners});
  check_shape(op, "vertex", lattice.vertex, {points, corners});
  check_shape(op, "neighbour", lattice.neighbour, {corners, 2, lattice.neighbour.dim(2)});
  check_dtype(op, "x", x, DType::kFloat32);
  check_dtype(op, "y", y, DType::kFloat32);
  check_dtype(op, "weight", lattice.weight, DType::kFloat32);
  check_dtype(op, "vertex", lattice.vertex, DType::kInt32);
  check_dtype(op, "neighbour", lattice.neighbour, DType::kInt32);
  check_no_overlap(op, "x", x, "y", y);
  run_on_device(op, exec,
                Implementations{cpu::permutohedral_filter, simt::permutohedral_filter,
                                SALIX_CUDA(cuda::permutohedral_filter)},
                lattice, x, y);
}

}  // namespace salix::kernels
