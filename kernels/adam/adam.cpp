#include "kernels/adam/adam.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/update_controls.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::adam_step) adam_step;
}
namespace simt {
decltype(kernels::adam_step) adam_step;
}
namespace cuda {
decltype(kernels::adam_step) adam_step;
}

void adam_step(Exec& exec, View parameter, ConstView gradient, View first_moment,
               View second_moment, AdamParams params) {
  const char* op = "adam_step";
  const auto check_like_parameter = [&](const char* name, const ConstView& view) {
    check_same_shape(op, "parameter", parameter, name, view);
    check_same_dtype(op, "parameter", parameter, name, view);
    check_no_overlap(op, "parameter", parameter, name, view);
  };
  check_like_parameter("gradient", gradient);
  check_like_parameter("first moment", first_moment);
  check_like_parameter("second moment", second_moment);
  check_no_overlap(op, "first moment", first_moment, "second moment", second_moment);
  SALIX_CHECK(params.beta1 >= 0 && params.beta1 < 1 && params.beta2 >= 0 && params.beta2 < 1 &&
                  params.step >= 1,
              op, ": betas must be in [0,1) and the step at least 1; got ", params.beta1, ", ",
              params.beta2, " and ", params.step);
  check_update_controls(op, parameter, params.gradient_scale, params.frozen, params.gradient_limit);
  run_on_device(op, exec,
                Implementations{cpu::adam_step, simt::adam_step, SALIX_CUDA(cuda::adam_step)},
                parameter, gradient, first_moment, second_moment, params);
}

}  // namespace salix::kernels
