// Checks that kernels share: do these buffers fit each other?
#pragma once

#include "engine/tensor_view.h"

namespace salix::kernels {

// All throw InvalidInput with "<op>: <what must hold>; got <values>".
void check_rank(const char* op, const char* name, const ConstView& view, int rank);
void check_shape(const char* op, const char* name, const ConstView& view, const Shape& expected);
void check_same_shape(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b);
void check_dtype(const char* op, const char* name, const ConstView& view, DType expected);
void check_same_dtype(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b);
// No byte of `a` is a byte of `b`.
void check_no_overlap(const char* op, const char* name_a, const ConstView& a, const char* name_b,
                      const ConstView& b);

}  // namespace salix::kernels
