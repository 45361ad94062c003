#include "kernels/common/strided_copy_gpu.h"
#include "kernels/slice/slice.h"
#include "kernels/slice/slice_box.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

void slice(Exec& exec, ConstView x, View y, std::span<const std::int64_t> starts) {
  strided_copy(exec, "slice", x.data, y.data, slice_box(x, y, starts));
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
