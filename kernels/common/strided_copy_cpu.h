// Runs a StridedBox on the CPU.
#pragma once

#include "kernels/common/strided_box.h"

namespace salix::kernels::cpu {

void strided_copy(const void* x, void* y, const StridedBox& box);

}  // namespace salix::kernels::cpu
