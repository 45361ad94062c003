#include <cudnn.h>

#include "engine/error.h"
#include "kernels/cudnn/version.h"

namespace salix::kernels {

std::string cudnn_version() {
  const std::size_t version = cudnnGetVersion();  // 90100 is 9.1.0
  return str(version / 10000, ".", version % 10000 / 100, ".", version % 100);
}

}  // namespace salix::kernels
