#include "kernels/common/strided_copy_cpu.h"
#include "kernels/permute/permute.h"
#include "kernels/permute/permute_box.h"

namespace salix::kernels::cpu {

void permute(Exec&, ConstView x, View y, std::span<const int> order) {
  strided_copy(x.data, y.data, permute_box(x, y, order));
}

}  // namespace salix::kernels::cpu
