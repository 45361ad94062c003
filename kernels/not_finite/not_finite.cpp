#include "kernels/not_finite/not_finite.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::mark_not_finite) mark_not_finite;
}
namespace simt {
decltype(kernels::mark_not_finite) mark_not_finite;
}
namespace cuda {
decltype(kernels::mark_not_finite) mark_not_finite;
}

void mark_not_finite(Exec& exec, ConstView values, View flag) {
  check_shape("mark_not_finite", "flag", flag, {});
  check_dtype("mark_not_finite", "flag", flag, DType::kFloat32);
  check_no_overlap("mark_not_finite", "values", values, "flag", flag);
  run_on_device("mark_not_finite", exec,
                Implementations{cpu::mark_not_finite, simt::mark_not_finite,
                                SALIX_CUDA(cuda::mark_not_finite)},
                values, flag);
}

}  // namespace salix::kernels
