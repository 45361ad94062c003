// Which oneDNN runs, without its headers.
#pragma once

#include <string>

namespace salix::kernels {

// "2.6.3": of the library that is loaded, which may be newer than the headers.
std::string onednn_version();

}  // namespace salix::kernels
