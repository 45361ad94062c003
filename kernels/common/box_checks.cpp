#include "kernels/common/box_checks.h"

#include "kernels/common/checks.h"

namespace salix::kernels {

void check_box(const char* op, const char* inner_name, const ConstView& inner,
               const char* outer_name, const ConstView& outer,
               std::span<const std::int64_t> starts) {
  check_rank(op, inner_name, inner, outer.rank());
  SALIX_CHECK(static_cast<int>(starts.size()) == outer.rank(), op, ": needs one start per axis of ",
              outer.shape, "; got ", starts.size());
  for (int axis = 0; axis < outer.rank(); ++axis) {
    const std::int64_t start = starts[static_cast<std::size_t>(axis)];
    const std::int64_t end = start + inner.dim(axis);
    SALIX_CHECK(start >= 0 && end <= outer.dim(axis), op, ": axis ", axis, " of ", inner_name,
                " must fit into ", outer.dim(axis), "; got ", start, " .. ", end);
  }
  check_same_dtype(op, inner_name, inner, outer_name, outer);
  check_no_overlap(op, inner_name, inner, outer_name, outer);
}

}  // namespace salix::kernels
