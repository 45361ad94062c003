#include "kernels/sgd/sgd.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/update_controls.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::sgd_step) sgd_step;
}
namespace simt {
decltype(kernels::sgd_step) sgd_step;
}
namespace cuda {
decltype(kernels::sgd_step) sgd_step;
}

void sgd_step(Exec& exec, View parameter, ConstView gradient, View velocity, SgdParams params) {
  check_same_shape("sgd_step", "parameter", parameter, "gradient", gradient);
  check_same_shape("sgd_step", "parameter", parameter, "velocity", velocity);
  check_same_dtype("sgd_step", "parameter", parameter, "gradient", gradient);
  check_same_dtype("sgd_step", "parameter", parameter, "velocity", velocity);
  check_no_overlap("sgd_step", "parameter", parameter, "gradient", gradient);
  check_no_overlap("sgd_step", "parameter", parameter, "velocity", velocity);
  check_update_controls("sgd_step", parameter, params.gradient_scale, params.frozen,
                        params.gradient_limit);
  run_on_device("sgd_step", exec,
                Implementations{cpu::sgd_step, simt::sgd_step, SALIX_CUDA(cuda::sgd_step)},
                parameter, gradient, velocity, params);
}

}  // namespace salix::kernels
