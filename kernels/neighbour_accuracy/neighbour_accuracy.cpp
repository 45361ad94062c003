#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/neighbour_accuracy/neighbour_accuracy_parts.h"

namespace salix::kernels {

namespace {

void on_host(Exec& exec, const NeighbourAccuracyBuffers& b) {
  const bool vectors = use_vendor_library(exec) && b.prototypes.dtype == DType::kFloat32;
  (vectors ? vectorised::neighbour_accuracy : cpu::neighbour_accuracy)(exec, b);
}

void check_entries(const char* op, const ConstView& vectors, const ConstView& labels,
                   const ConstView& bounds) {
  check_rank(op, "a table", vectors, 2);
  check_shape(op, "its labels", labels, {vectors.dim(0)});
  check_dtype(op, "its labels", labels, DType::kInt32);
  check_rank(op, "its bounds", bounds, 1);
  check_dtype(op, "its bounds", bounds, DType::kInt32);
}

}  // namespace

void neighbour_accuracy(Exec& exec, const NeighbourAccuracyBuffers& b) {
  const char* op = "neighbour_accuracy";
  check_entries(op, b.prototypes, b.labels, b.bounds);
  if (!b.memory.empty()) {
    check_entries(op, b.memory, b.memory_labels, b.memory_bounds);
    check_shape(op, "the memory", b.memory, {b.memory.dim(0), b.prototypes.dim(1)});
    check_same_dtype(op, "the prototypes", b.prototypes, "the memory", b.memory);
  }
  SALIX_CHECK(b.accuracy.numel() == 1, op, ": the accuracy must have one element; got shape ",
              b.accuracy.shape);
  check_same_dtype(op, "the prototypes", b.prototypes, "the accuracy", b.accuracy);
  run_on_device(
      op, exec,
      Implementations{on_host, simt::neighbour_accuracy, SALIX_CUDA(cuda::neighbour_accuracy)}, b);
}

}  // namespace salix::kernels
