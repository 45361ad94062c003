#include "kernels/mean_field/mean_field.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::mean_field_step) mean_field_step;
}
namespace simt {
decltype(kernels::mean_field_step) mean_field_step;
}
namespace cuda {
decltype(kernels::mean_field_step) mean_field_step;
}

void mean_field_step(Exec& exec, ConstView unary, ConstView message, ConstView norm,
                     const std::array<float, kMaxMeanFieldKernels>& weight, View score,
                     View sender) {
  const char* op = "mean_field_step";
  check_rank(op, "unary", unary, 1);
  check_rank(op, "message", message, 2);
  SALIX_CHECK(message.dim(0) <= kMaxMeanFieldKernels, op, ": at most ", kMaxMeanFieldKernels,
              " kernels; got ", message.dim(0));
  check_shape(op, "message", message, {message.dim(0), unary.dim(0)});
  check_same_shape(op, "message", message, "norm", norm);
  check_same_shape(op, "message", message, "sender", sender);
  check_same_shape(op, "unary", unary, "score", score);
  const ConstView score_in = score, sender_in = sender;
  for (const auto& [name, view] :
       {std::pair{"unary", unary}, std::pair{"message", message}, std::pair{"norm", norm},
        std::pair{"score", score_in}, std::pair{"sender", sender_in}}) {
    check_dtype(op, name, view, DType::kFloat32);
  }
  for (const auto& [name, view] :
       {std::pair{"unary", unary}, std::pair{"message", message}, std::pair{"norm", norm}}) {
    check_no_overlap(op, name, view, "score", score);
    check_no_overlap(op, name, view, "sender", sender);
  }
  check_no_overlap(op, "score", score, "sender", sender);
  run_on_device(op, exec,
                Implementations{cpu::mean_field_step, simt::mean_field_step,
                                SALIX_CUDA(cuda::mean_field_step)},
                unary, message, norm, weight, score, sender);
}

}  // namespace salix::kernels
