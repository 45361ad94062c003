// The cpu device: vector code where there is some for the type and head, else the plain reference.
#include "kernels/common/dispatch.h"
#include "kernels/window_attention/window_attention_parts.h"

namespace salix::kernels::host {
namespace {

bool use_vectors(const Exec& exec, const ConstView& qkv, const WindowAttentionParams& params) {
  const std::int64_t width = qkv.dim(3) / 3 / params.heads;
  return use_vendor_library(exec) && qkv.dtype != DType::kFloat64 && params.window >= 7 &&
         (width == 8 || width == 16 || width == 32);
}

}  // namespace

void window_attention(Exec& exec, const WindowAttentionBuffers& b,
                      const WindowAttentionParams& params) {
  (use_vectors(exec, b.qkv, params) ? vectorised::window_attention : cpu::window_attention)(exec, b,
                                                                                            params);
}

void window_attention_backward(Exec& exec, const WindowAttentionBackwardBuffers& b,
                               const WindowAttentionParams& params) {
  (use_vectors(exec, b.qkv, params) ? vectorised::window_attention_backward
                                    : cpu::window_attention_backward)(exec, b, params);
}

}  // namespace salix::kernels::host
