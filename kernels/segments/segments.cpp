#include "kernels/segments/segments.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::number_segments) number_segments;
decltype(kernels::segment_prototypes) segment_prototypes;
decltype(kernels::segment_prototypes_backward) segment_prototypes_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::number_segments) number_segments;
decltype(kernels::segment_prototypes) segment_prototypes;
decltype(kernels::segment_prototypes_backward) segment_prototypes_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::number_segments) number_segments;
decltype(kernels::segment_prototypes) segment_prototypes;
decltype(kernels::segment_prototypes_backward) segment_prototypes_backward;
}  // namespace cuda

namespace {

void check_integers(const char* op, const char* name, const ConstView& view, const Shape& shape) {
  check_shape(op, name, view, shape);
  check_dtype(op, name, view, DType::kInt32);
}

void check_like(const char* op, const char* name, const ConstView& view, const Shape& shape,
                const ConstView& rows) {
  check_shape(op, name, view, shape);
  check_same_dtype(op, "the rows", rows, name, view);
}

// ids and bounds fit rows [N,h,w,C].
void check_segments(const char* op, const ConstView& rows, const ConstView& ids,
                    const ConstView& bounds) {
  check_rank(op, "the rows", rows, 4);
  SALIX_CHECK(rows.numel() > 0, op, ": the rows must have positive sizes; got ", rows.shape);
  check_integers(op, "the ids", ids, {rows.dim(0), rows.dim(1), rows.dim(2)});
  check_integers(op, "the bounds", bounds, {rows.dim(0) + 1});
}

}  // namespace

void number_segments(Exec& exec, const SegmentBuffers& b, const SegmentParams& params) {
  const char* op = "number_segments";
  check_rank(op, "the clusters", b.clusters, 3);
  check_rank(op, "the semantic labels", b.semantic, 4);
  const Shape grid = b.clusters.shape;
  SALIX_CHECK(grid.numel() > 0 && b.semantic.numel() > 0 && b.semantic.dim(3) == 1 &&
                  grid[0] % b.semantic.dim(0) == 0,
              op, ": needs clusters [N,h,w] and labels [M,H,W,1] with N a multiple of M; got ",
              grid, " and ", b.semantic.shape);
  check_same_shape(op, "the semantic labels", b.semantic, "the instance labels", b.instance);
  check_dtype(op, "the semantic labels", b.semantic, DType::kFloat32);
  check_dtype(op, "the instance labels", b.instance, DType::kFloat32);
  check_integers(op, "the clusters", b.clusters, grid);
  check_integers(op, "the ids", b.ids, grid);
  check_integers(op, "the pixels' semantic labels", b.pixel_semantic, grid);
  check_integers(op, "the pixels' instance labels", b.pixel_instance, grid);
  const Shape room{grid.numel()};
  check_integers(op, "the segments' semantic labels", b.segment_semantic, room);
  check_integers(op, "the segments' instance labels", b.segment_instance, room);
  check_integers(op, "the segments' images", b.image, room);
  check_integers(op, "the bounds", b.bounds, {grid[0] + 1});
  constexpr std::int64_t kKeys = std::int64_t{1} << 32;
  SALIX_CHECK(params.clusters >= 1 && params.label_divisor >= 1 &&
                  std::int64_t{params.clusters} * kSemanticLabels < kKeys / params.label_divisor,
              op, ": clusters x 256 x label_divisor must be positive and below 2^32; got ",
              params.clusters, " clusters and a divisor of ", params.label_divisor);
  run_on_device(op, exec,
                Implementations{cpu::number_segments, simt::number_segments,
                                SALIX_CUDA(cuda::number_segments)},
                b, params);
}

void segment_prototypes(Exec& exec, const PrototypeBuffers& b) {
  const char* op = "segment_prototypes";
  check_segments(op, b.rows, b.ids, b.bounds);
  const std::int64_t room = b.ids.numel();
  check_like(op, "the prototypes", b.prototypes, {room, b.rows.dim(3)}, b.rows);
  check_like(op, "the norms", b.norms, {room}, b.rows);
  check_no_overlap(op, "the rows", b.rows, "the prototypes", b.prototypes);
  run_on_device(op, exec,
                Implementations{cpu::segment_prototypes, simt::segment_prototypes,
                                SALIX_CUDA(cuda::segment_prototypes)},
                b);
}

void segment_prototypes_backward(Exec& exec, const PrototypeBackwardBuffers& b) {
  const char* op = "segment_prototypes_backward";
  check_segments(op, b.drows, b.ids, b.bounds);
  const Shape prototypes{b.ids.numel(), b.drows.dim(3)};
  check_like(op, "the prototypes", b.prototypes, prototypes, b.drows);
  check_like(op, "dprototypes", b.dprototypes, prototypes, b.drows);
  check_like(op, "the norms", b.norms, {b.ids.numel()}, b.drows);
  check_no_overlap(op, "dprototypes", b.dprototypes, "drows", b.drows);
  run_on_device(op, exec,
                Implementations{cpu::segment_prototypes_backward, simt::segment_prototypes_backward,
                                SALIX_CUDA(cuda::segment_prototypes_backward)},
                b);
}

}  // namespace salix::kernels
