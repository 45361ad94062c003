// Which cuDNN runs, without its headers. In builds with CUDA only.
#pragma once

#include <string>

namespace salix::kernels {

// "9.1.0": of the library that is loaded.
std::string cudnn_version();

}  // namespace salix::kernels
