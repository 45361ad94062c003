#include "kernels/memory_push/memory_push.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::memory_push) memory_push;
}
namespace simt {
decltype(kernels::memory_push) memory_push;
}
namespace cuda {
decltype(kernels::memory_push) memory_push;
}

namespace {

void check_integers(const char* op, const char* name, const ConstView& view, const Shape& shape) {
  check_shape(op, name, view, shape);
  check_dtype(op, name, view, DType::kInt32);
}

}  // namespace

void memory_push(Exec& exec, const MemoryPushBuffers& b) {
  const char* op = "memory_push";
  check_rank(op, "the new rows", b.new_rows, 3);
  check_rank(op, "the new bounds", b.new_bounds, 2);
  check_rank(op, "the moved rows", b.moved_rows, 2);
  const std::int64_t ranks = b.new_rows.dim(0), channels = b.new_rows.dim(2);
  SALIX_CHECK(b.new_rows.numel() > 0 && b.new_bounds.dim(0) == ranks && b.new_bounds.dim(1) >= 3 &&
                  b.new_bounds.dim(1) % 2 == 1 && b.bounds.numel() >= 3 &&
                  b.bounds.numel() % 2 == 1,
              op, ": needs new rows [R,L,C], new bounds [R,B+1] and bounds [2m+1], B even; got ",
              b.new_rows.shape, ", ", b.new_bounds.shape, " and ", b.bounds.shape);
  check_integers(op, "the new labels", b.new_labels, {ranks, b.new_rows.dim(1)});
  check_integers(op, "the new bounds", b.new_bounds, b.new_bounds.shape);
  check_integers(op, "the bounds", b.bounds, {b.bounds.numel()});
  check_integers(op, "the moved bounds", b.moved_bounds, {b.bounds.numel()});
  if (!b.rows.empty()) {
    check_rank(op, "the rows", b.rows, 2);
    check_shape(op, "the rows", b.rows, {b.rows.dim(0), channels});
    check_integers(op, "the labels", b.labels, {b.rows.dim(0)});
    check_same_dtype(op, "the new rows", b.new_rows, "the rows", b.rows);
    check_no_overlap(op, "the rows", b.rows, "the moved rows", b.moved_rows);
  }
  check_shape(op, "the moved rows", b.moved_rows, {b.moved_rows.dim(0), channels});
  check_same_dtype(op, "the new rows", b.new_rows, "the moved rows", b.moved_rows);
  check_integers(op, "the moved labels", b.moved_labels, {b.moved_rows.dim(0)});
  check_no_overlap(op, "the bounds", b.bounds, "the moved bounds", b.moved_bounds);
  check_shape(op, "frozen", b.frozen, {});
  check_dtype(op, "frozen", b.frozen, DType::kFloat32);
  run_on_device(op, exec,
                Implementations{cpu::memory_push, simt::memory_push, SALIX_CUDA(cuda::memory_push)},
                b);
}

}  // namespace salix::kernels
