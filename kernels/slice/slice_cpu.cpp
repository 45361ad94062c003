#include "kernels/common/strided_copy_cpu.h"
#include "kernels/slice/slice.h"
#include "kernels/slice/slice_box.h"

namespace salix::kernels::cpu {

void slice(Exec&, ConstView x, View y, std::span<const std::int64_t> starts) {
  strided_copy(x.data, y.data, slice_box(x, y, starts));
}

}  // namespace salix::kernels::cpu
