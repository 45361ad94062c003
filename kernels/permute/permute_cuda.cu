#include "kernels/common/strided_copy_gpu.h"
#include "kernels/permute/permute.h"
#include "kernels/permute/permute_box.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

void permute(Exec& exec, ConstView x, View y, std::span<const int> order) {
  strided_copy(exec, "permute", x.data, y.data, permute_box(x, y, order));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
