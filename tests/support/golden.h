// Reference tensors made by another program, committed under tests/golden.
#pragma once

#include <string>

#include "engine/tensor.h"

namespace salix::testing {

// Reads tests/golden/<name>, a .npy file, in its own dtype and axis order.
Tensor golden(Exec& exec, const std::string& name);
// The same, with a [N,C,H,W] file turned into channels-last [N,H,W,C].
Tensor golden_nhwc(Exec& exec, const std::string& name);

}  // namespace salix::testing
