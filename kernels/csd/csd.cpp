#include "kernels/csd/csd.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::csd) csd;
decltype(kernels::csd_backward) csd_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::csd) csd;
decltype(kernels::csd_backward) csd_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::csd) csd;
decltype(kernels::csd_backward) csd_backward;
}  // namespace cuda

namespace {

void check(const char* op, const ConstView& x, const char* name, const ConstView& loss,
           const CsdParams& params) {
  SALIX_CHECK(x.numel() > 0 && loss.numel() == 1, op, ": needs x not empty and ", name,
              " of one element; got shapes ", x.shape, " and ", loss.shape);
  check_same_dtype(op, "x", x, name, loss);
  SALIX_CHECK(params.exponent > 0, op, ": the exponent must be positive; got ", params.exponent);
}

}  // namespace

void csd(Exec& exec, ConstView x, View loss, CsdParams params) {
  check("csd", x, "the loss", loss, params);
  check_no_overlap("csd", "x", x, "the loss", loss);
  run_on_device("csd", exec, Implementations{cpu::csd, simt::csd, SALIX_CUDA(cuda::csd)}, x, loss,
                params);
}

void csd_backward(Exec& exec, ConstView dloss, ConstView x, View dx, CsdParams params) {
  check("csd_backward", x, "dloss", dloss, params);
  check_same_shape("csd_backward", "x", x, "dx", dx);
  check_same_dtype("csd_backward", "x", x, "dx", dx);
  check_no_overlap("csd_backward", "x", x, "dx", dx);
  run_on_device(
      "csd_backward", exec,
      Implementations{cpu::csd_backward, simt::csd_backward, SALIX_CUDA(cuda::csd_backward)}, dloss,
      x, dx, params);
}

}  // namespace salix::kernels
