// Parameters in the form in which ops report them (engine/autograd/op_trace.h).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/common/size2.h"

namespace salix {

inline std::vector<std::int64_t> h_and_w(const kernels::Size2& size) { return {size.h, size.w}; }

}  // namespace salix
