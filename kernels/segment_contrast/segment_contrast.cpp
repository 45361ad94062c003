#include "kernels/segment_contrast/segment_contrast.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/segment_contrast/segment_contrast_parts.h"

namespace salix::kernels {
namespace {

void on_host(Exec& exec, const SegmentContrastBuffers& b, const SegmentContrastParams& params) {
  const bool vectors = use_vendor_library(exec) && b.rows.dtype == DType::kFloat32;
  (vectors ? vectorised::segment_contrast : cpu::segment_contrast)(exec, b, params);
}

void check_integers(const char* op, const char* name, const ConstView& view, std::int64_t size) {
  check_shape(op, name, view, {size});
  check_dtype(op, name, view, DType::kInt32);
}

void check_one(const char* op, const char* name, const ConstView& view, const ConstView& rows) {
  SALIX_CHECK(view.numel() == 1, op, ": ", name, " must have one element; got shape ", view.shape);
  check_same_dtype(op, "the rows", rows, name, view);
}

void check_like(const char* op, const char* name, const ConstView& view, const char* like_name,
                const ConstView& like) {
  check_same_shape(op, like_name, like, name, view);
  check_same_dtype(op, like_name, like, name, view);
  check_no_overlap(op, like_name, like, name, view);
}

void check_params(const char* op, const SegmentContrastParams& params) {
  SALIX_CHECK(params.concentration > 0 && params.concentration <= kMostConcentration, op,
              ": the concentration must lie in (0, ", kMostConcentration, "]; got ",
              params.concentration);
  SALIX_CHECK(params.margin >= 0 && params.margin <= 1, op, ": the margin must lie in [0, 1]; got ",
              params.margin);
  SALIX_CHECK(params.groups >= 1 && params.classes >= 0, op,
              ": needs 1 or more groups and 0 or more classes; got ", params.groups, " and ",
              params.classes);
}

}  // namespace

void segment_contrast(Exec& exec, const SegmentContrastBuffers& b,
                      const SegmentContrastParams& params) {
  const char* op = "segment_contrast";
  check_params(op, params);
  check_rank(op, "the rows", b.rows, 2);
  check_rank(op, "the prototypes", b.prototypes, 2);
  check_rank(op, "the bounds", b.bounds, 1);
  const std::int64_t rows = b.rows.dim(0), parts = b.bounds.dim(0) - 1;
  SALIX_CHECK(b.rows.numel() > 0 && b.prototypes.numel() > 0 && parts > 0 &&
                  b.prototypes.dim(1) == b.rows.dim(1) && rows % params.groups == 0 &&
                  parts % params.groups == 0,
              op,
              ": needs rows [R,C], prototypes [K,C] and bounds [B+1] of positive sizes, R and B ",
              "multiples of the ", params.groups, " groups; got ", b.rows.shape, ", ",
              b.prototypes.shape, " and ", b.bounds.shape);
  check_same_dtype(op, "the rows", b.rows, "the prototypes", b.prototypes);
  check_integers(op, "the rows' classes", b.row_class, rows);
  check_integers(op, "the rows' own prototypes", b.own, rows);
  check_integers(op, "the prototypes' classes", b.prototype_class, b.prototypes.dim(0));
  check_integers(op, "the bounds", b.bounds, parts + 1);
  if (!b.memory.empty()) {
    check_rank(op, "the memory", b.memory, 2);
    check_shape(op, "the memory", b.memory, {b.memory.dim(0), b.rows.dim(1)});
    check_same_dtype(op, "the rows", b.rows, "the memory", b.memory);
    check_integers(op, "the memory's classes", b.memory_class, b.memory.dim(0));
    check_integers(op, "the memory's bounds", b.memory_bounds, b.memory_bounds.numel());
  }
  check_one(op, "the loss", b.loss, b.rows);
  check_one(op, "the number of rows", b.counted, b.rows);
  if (!b.row_slope.empty() || !b.prototype_slope.empty()) {
    check_like(op, "the rows' slope", b.row_slope, "the rows", b.rows);
    check_like(op, "the prototypes' slope", b.prototype_slope, "the prototypes", b.prototypes);
  }
  run_on_device(
      op, exec,
      Implementations{on_host, simt::segment_contrast, SALIX_CUDA(cuda::segment_contrast)}, b,
      params);
}

void segment_contrast_backward(Exec& exec, const SegmentContrastBackwardBuffers& b) {
  const char* op = "segment_contrast_backward";
  check_one(op, "dloss", b.dloss, b.row_slope);
  check_one(op, "the number of rows", b.counted, b.row_slope);
  check_like(op, "drows", b.drows, "the rows' slope", b.row_slope);
  check_like(op, "dprototypes", b.dprototypes, "the prototypes' slope", b.prototype_slope);
  run_on_device(op, exec,
                Implementations{cpu::segment_contrast_backward, simt::segment_contrast_backward,
                                SALIX_CUDA(cuda::segment_contrast_backward)},
                b);
}

}  // namespace salix::kernels
