#include "kernels/window_attention/window_attention.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/parameter_dtype.h"
#include "kernels/window_attention/window_attention_parts.h"

namespace salix::kernels {
namespace {

// `like_qkv` are qkv and dqkv, `like_y` y or dy.
void check(const char* op, const ConstView& qkv, const ConstView& bias, const ConstView& saliency,
           const ConstView& y, const ConstView& log_sums, const WindowAttentionParams& params) {
  const DType other = parameter_dtype(qkv.dtype);
  check_shape(op, "log_sums", log_sums,
              window_attention_log_sums_shape(qkv.shape, !saliency.empty(), params));
  check_dtype(op, "log_sums", log_sums, other);
  check_shape(op, "y", y, {qkv.dim(0), qkv.dim(1), qkv.dim(2), qkv.dim(3) / 3});
  check_same_dtype(op, "y", y, "qkv", qkv);
  const int offsets = 2 * params.window - 1;
  check_shape(op, "bias", bias, {offsets * offsets, params.heads});
  check_dtype(op, "bias", bias, other);
  if (saliency.empty()) return;
  check_shape(op, "saliency", saliency, {qkv.dim(0), qkv.dim(1), qkv.dim(2)});
  check_dtype(op, "saliency", saliency, other);
}

}  // namespace

Shape window_attention_log_sums_shape(const Shape& qkv, bool masked,
                                      const WindowAttentionParams& p) {
  const char* op = "window_attention";
  SALIX_CHECK(qkv.rank() == 4 && qkv.numel() > 0, op,
              ": qkv must be [N,H,W,3C] with positive sizes; got shape ", qkv);
  SALIX_CHECK(p.window > 0 && p.window <= kMaxWindow, op, ": the window must be 1 to ", kMaxWindow,
              " tokens wide; got ", p.window);
  SALIX_CHECK(p.shift >= 0 && p.shift < p.window, op,
              ": the shift must be at least 0 and less than the window of ", p.window, "; got ",
              p.shift);
  SALIX_CHECK(qkv[1] % p.window == 0 && qkv[2] % p.window == 0, op, ": windows of ", p.window,
              " x ", p.window, " tokens must fill the grid; got ", qkv[1], " x ", qkv[2]);
  SALIX_CHECK(p.heads > 0 && qkv[3] % (3 * p.heads) == 0, op,
              ": the last axis of qkv must hold queries, keys and values of ", p.heads,
              " heads; got ", qkv[3], " channels");
  return {qkv[0], qkv[1], qkv[2], p.heads, masked ? 2 : 1};
}

void window_attention(Exec& exec, const WindowAttentionBuffers& b,
                      const WindowAttentionParams& params) {
  const char* op = "window_attention";
  check(op, b.qkv, b.bias, b.saliency, b.y, b.log_sums, params);
  check_no_overlap(op, "y", b.y, "qkv", b.qkv);
  run_on_device(op, exec,
                Implementations{host::window_attention, simt::window_attention,
                                SALIX_CUDA(cuda::window_attention)},
                b, params);
}

void window_attention_backward(Exec& exec, const WindowAttentionBackwardBuffers& b,
                               const WindowAttentionParams& params) {
  const char* op = "window_attention_backward";
  check(op, b.qkv, b.bias, b.saliency, b.dy, b.log_sums, params);
  check_same_shape(op, "dqkv", b.dqkv, "qkv", b.qkv);
  check_same_dtype(op, "dqkv", b.dqkv, "qkv", b.qkv);
  check_same_shape(op, "dbias", b.dbias, "bias", b.bias);
  check_same_dtype(op, "dbias", b.dbias, "bias", b.bias);
  check_no_overlap(op, "dqkv", b.dqkv, "qkv", b.qkv);
  check_no_overlap(op, "dqkv", b.dqkv, "dy", b.dy);
  run_on_device(op, exec,
                Implementations{host::window_attention_backward, simt::window_attention_backward,
                                SALIX_CUDA(cuda::window_attention_backward)},
                b, params);
}

}  // namespace salix::kernels
