#include "kernels/softmax/softmax.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::softmax) softmax;
decltype(kernels::softmax_backward) softmax_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::softmax) softmax;
decltype(kernels::softmax_backward) softmax_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::softmax) softmax;
decltype(kernels::softmax_backward) softmax_backward;
}  // namespace cuda

namespace {

void check(const char* op, const char* in_name, const ConstView& in, const char* out_name,
           const ConstView& out) {
  SALIX_CHECK(in.rank() >= 1 && in.numel() > 0, op, ": ", in_name,
              " must be [...,C] with positive sizes; got shape ", in.shape);
  check_same_shape(op, in_name, in, out_name, out);
  check_same_dtype(op, in_name, in, out_name, out);
  check_no_overlap(op, in_name, in, out_name, out);
}

}  // namespace

void softmax(Exec& exec, ConstView x, View y, SoftmaxParams params) {
  const char* op = params.log ? "log_softmax" : "softmax";
  check(op, "x", x, "y", y);
  run_on_device(op, exec, Implementations{cpu::softmax, simt::softmax, SALIX_CUDA(cuda::softmax)},
                x, y, params);
}

void softmax_backward(Exec& exec, ConstView dy, ConstView y, View dx, SoftmaxParams params) {
  const char* op = params.log ? "log_softmax_backward" : "softmax_backward";
  check(op, "dy", dy, "dx", dx);
  check(op, "y", y, "dx", dx);
  run_on_device(op, exec,
                Implementations{cpu::softmax_backward, simt::softmax_backward,
                                SALIX_CUDA(cuda::softmax_backward)},
                dy, y, dx, params);
}

}  // namespace salix::kernels
