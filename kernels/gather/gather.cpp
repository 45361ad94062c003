#include "kernels/gather/gather.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/gather/visit_index.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::gather) gather;
decltype(kernels::gather_backward) gather_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::gather) gather;
decltype(kernels::gather_backward) gather_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::gather) gather;
decltype(kernels::gather_backward) gather_backward;
}  // namespace cuda

namespace {

template <typename Index>
void check_range(const char* op, const Index* index, std::int64_t count, std::int64_t rows) {
  for (std::int64_t i = 0; i < count; ++i) {
    SALIX_CHECK(index[i] >= 0 && index[i] < rows, op, ": an index must be in [0, ", rows, "); got ",
                index[i], " at place ", i);
  }
}

// `rows` is table or dtable, `picked` is y or dy.
void check(const char* op, const Exec& exec, const ConstView& rows, const ConstView& index,
           const ConstView& picked) {
  SALIX_CHECK(rows.rank() >= 1 && rows.dim(0) > 0, op,
              ": the table must have at least one row; got shape ", rows.shape);
  SALIX_CHECK(picked.rank() == index.rank() + rows.rank() - 1, op, ": the picked rows must have ",
              index.rank() + rows.rank() - 1, " axes; got shape ", picked.shape);
  for (int axis = 0; axis < picked.rank(); ++axis) {
    const std::int64_t expected =
        axis < index.rank() ? index.dim(axis) : rows.dim(axis - index.rank() + 1);
    SALIX_CHECK(picked.dim(axis) == expected, op, ": axis ", axis, " of the picked rows must be ",
                expected, "; got shape ", picked.shape, " for index ", index.shape, " and table ",
                rows.shape);
  }
  check_same_dtype(op, "the table", rows, "the picked rows", picked);
  check_no_overlap(op, "the table", rows, "the picked rows", picked);
  SALIX_CHECK(index.dtype == DType::kInt32 || index.dtype == DType::kInt64, op,
              ": index must be int32 or int64; got ", index.dtype);
  if (!exec.device().is_host()) return;
  visit_index(index.dtype, [&](auto tag) {
    check_range(op, index.as<typename decltype(tag)::type>(), index.numel(), rows.dim(0));
  });
}

}  // namespace

void gather(Exec& exec, ConstView table, ConstView index, View y) {
  check("gather", exec, table, index, y);
  if (y.numel() == 0) return;
  run_on_device("gather", exec,
                Implementations{cpu::gather, simt::gather, SALIX_CUDA(cuda::gather)}, table, index,
                y);
}

void gather_backward(Exec& exec, ConstView dy, ConstView index, View dtable) {
  check("gather_backward", exec, dtable, index, dy);
  if (dtable.numel() == 0) return;
  run_on_device("gather_backward", exec,
                Implementations{cpu::gather_backward, simt::gather_backward,
                                SALIX_CUDA(cuda::gather_backward)},
                dy, index, dtable);
}

}  // namespace salix::kernels
