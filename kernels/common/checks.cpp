#include "kernels/common/checks.h"

namespace salix::kernels {

void check_rank(const char* op, const char* name, const ConstView& view, int rank) {
  SALIX_CHECK(view.rank() == rank, op, ": ", name, " must have ", rank, " axes; got shape ",
              view.shape);
}

void check_shape(const char* op, const char* name, const ConstView& view, const Shape& expected) {
  SALIX_CHECK(view.shape == expected, op, ": ", name, " must have shape ", expected, "; got ",
              view.shape);
}

void check_same_shape(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b) {
  SALIX_CHECK(a.shape == b.shape, op, ": ", name_a, " and ", name_b, " must have one shape; got ",
              a.shape, " and ", b.shape);
}

void check_dtype(const char* op, const char* name, const ConstView& view, DType expected) {
  SALIX_CHECK(view.dtype == expected, op, ": ", name, " must be ", expected, "; got ", view.dtype);
}

void check_same_dtype(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b) {
  SALIX_CHECK(a.dtype == b.dtype, op, ": ", name_a, " and ", name_b, " must have one dtype; got ",
              a.dtype, " and ", b.dtype);
}

void check_no_overlap(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b) {
  const char* a_begin = static_cast<const char*>(a.data);
  const char* b_begin = static_cast<const char*>(b.data);
  const bool apart = a_begin + a.size_bytes() <= b_begin || b_begin + b.size_bytes() <= a_begin;
  SALIX_CHECK(apart || a.empty() || b.empty(), op, ": ", name_a, " and ", name_b,
              " must not overlap in memory");
}

}  // namespace salix::kernels
