#include "kernels/layer_norm/layer_norm.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/norm_checks.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::layer_norm) layer_norm;
decltype(kernels::layer_norm_backward) layer_norm_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::layer_norm) layer_norm;
decltype(kernels::layer_norm_backward) layer_norm_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::layer_norm) layer_norm;
decltype(kernels::layer_norm_backward) layer_norm_backward;
}  // namespace cuda

namespace {

void check_input(const char* op, const ConstView& x) {
  SALIX_CHECK(x.rank() >= 1 && x.numel() > 0, op,
              ": x must be [...,C] with positive sizes; got shape ", x.shape);
}

}  // namespace

void layer_norm(Exec& exec, const LayerNormBuffers& b, const LayerNormParams& params) {
  const char* op = "layer_norm";
  check_input(op, b.x);
  check_norm_vectors(op, b.x, b.x.dim(-1), {{"gamma", b.gamma}, {"beta", b.beta}});
  check_norm_vectors(op, b.x, b.x.numel() / b.x.dim(-1),
                     {{"mean", b.mean}, {"inv_std", b.inv_std}});
  check_norm_maps(op, b.x, {{"y", b.y}});
  check_norm_outputs(op, {{"y", b.y}}, {{"x", b.x}});
  run_on_device(op, exec,
                Implementations{cpu::layer_norm, simt::layer_norm, SALIX_CUDA(cuda::layer_norm)}, b,
                params);
}

void layer_norm_backward(Exec& exec, const LayerNormBackwardBuffers& b) {
  const char* op = "layer_norm_backward";
  check_input(op, b.x);
  check_norm_vectors(op, b.x, b.x.dim(-1),
                     {{"gamma", b.gamma}, {"dgamma", b.dgamma}, {"dbeta", b.dbeta}});
  check_norm_vectors(op, b.x, b.x.numel() / b.x.dim(-1),
                     {{"mean", b.mean}, {"inv_std", b.inv_std}});
  check_norm_maps(op, b.x, {{"dy", b.dy}, {"dx", b.dx}});
  check_norm_outputs(op, {{"dx", b.dx}}, {{"dy", b.dy}, {"x", b.x}});
  run_on_device(op, exec,
                Implementations{cpu::layer_norm_backward, simt::layer_norm_backward,
                                SALIX_CUDA(cuda::layer_norm_backward)},
                b);
}

}  // namespace salix::kernels
