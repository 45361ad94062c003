// What the implementations of window attention share.
#pragma once

#include "kernels/window_attention/window_attention.h"
#include "kernels/window_attention/window_grid.h"

namespace salix::kernels {

inline constexpr int kMaxWindow = 8;
inline constexpr int kMaxTokens = kMaxWindow * kMaxWindow;

namespace cpu {  // the plain reference
decltype(kernels::window_attention) window_attention;
decltype(kernels::window_attention_backward) window_attention_backward;
}  // namespace cpu
namespace vectorised {  // float32 and bfloat16 maps, heads of 8, 16 or 32 channels
decltype(kernels::window_attention) window_attention;
decltype(kernels::window_attention_backward) window_attention_backward;
}  // namespace vectorised
namespace host {  // the choice between the two
decltype(kernels::window_attention) window_attention;
decltype(kernels::window_attention_backward) window_attention_backward;
}  // namespace host
namespace simt {
decltype(kernels::window_attention) window_attention;
decltype(kernels::window_attention_backward) window_attention_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::window_attention) window_attention;
decltype(kernels::window_attention_backward) window_attention_backward;
}  // namespace cuda

inline WindowGrid grid_of(const Shape& qkv, const WindowAttentionParams& params) {
  return {static_cast<int>(qkv[1]), static_cast<int>(qkv[2]), params.window, params.shift};
}

}  // namespace salix::kernels
