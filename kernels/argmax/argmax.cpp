#include "kernels/argmax/argmax.h"

#include <span>

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::argmax) argmax;
}  // namespace cpu
namespace simt {
decltype(kernels::argmax) argmax;
}  // namespace simt
namespace cuda {
decltype(kernels::argmax) argmax;
}  // namespace cuda

void argmax(Exec& exec, ConstView x, View y) {
  SALIX_CHECK(x.rank() >= 1 && x.dim(-1) > 0, "argmax: x must have a last axis of size > 0; got ",
              x.shape);
  check_shape("argmax", "y", y, Shape(std::span(x.shape.begin(), x.shape.end() - 1)));
  check_dtype("argmax", "y", y, DType::kInt32);
  check_no_overlap("argmax", "x", x, "y", y);
  if (y.numel() == 0) return;
  run_on_device("argmax", exec,
                Implementations{cpu::argmax, simt::argmax, SALIX_CUDA(cuda::argmax)}, x, y);
}

}  // namespace salix::kernels
