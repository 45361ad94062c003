#include "kernels/onednn/version.h"

#include <oneapi/dnnl/dnnl.h>

namespace salix::kernels {

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

}  // namespace salix::kernels
