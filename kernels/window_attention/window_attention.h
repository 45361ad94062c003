// Attention inside the windows of a token grid (Swin Transformer, Liu et al., ICCV 2021) as one op:
// roll, windows, relative position bias, shift mask, softmax and value product; and its
// saliency-masked form (DHFR, IEEE TIP 2023). No window, mask or score matrix lies in memory.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct WindowAttentionParams {
  int heads = 1;
  int window = 7;  // at most 8
  int shift = 0;   // rows and columns that the grid is rolled up and left
};

struct WindowAttentionBuffers {
  ConstView qkv;       // [N,H,W,3C]: queries, keys, values; each head a run of e = C / heads
  ConstView bias;      // [(2 window - 1)^2, heads]
  ConstView saliency;  // [N,H,W], or empty: not masked
  View y;              // [N,H,W,C]
  View log_sums;       // window_attention_log_sums_shape(): what backward needs
};

// Tokens i, j of a window, for each image and head:
//   a(i,j) = q(i) k(j) / sqrt(e) + bias(offset of i from j)
//            - 100 if the roll alone made them neighbours (window_grid.h: region)
//   y(i)   = sum over j of p(i,j) v(j),  p = softmax of a along j.
// With a saliency map, tokens >= 0.8 are foreground, < 0.2 background; with f = softmax of a, less
// 100 where j is not of i's kind, p is f for foreground i and 2 softmax(a) - f for background i:
// the published softmax(a) + softmax(a + F) - softmax(a + B), whose masks say nothing of the other
// rows.
//
// Shapes    as above; window divides H and W, heads divide C, 0 <= shift < window.
// Types     qkv, y float32, bfloat16, or float64 on the CPU; the rest float32, or float64 with
//           float64 qkv. Sums and softmax in the latter.
// Writes    y and log_sums are overwritten. No overlap of y with qkv.
// Repeats   run_to_run, for any number of threads.
void window_attention(Exec& exec, const WindowAttentionBuffers& buffers,
                      const WindowAttentionParams& params);

struct WindowAttentionBackwardBuffers {
  ConstView dy, qkv, bias, saliency;
  ConstView log_sums;  // as the forward wrote it
  View dqkv, dbias;    // overwritten
};

// Computes p again from the logarithms of the sums; with dp(i,j) = dy(i) v(j):
//   dv(j) = sum over i of p(i,j) dy(i),
//   da = p (dp - sum over j of p dp) for each of the softmaxes in p, with its sign and factor,
//   dq(i) = sum over j of da(i,j) k(j) / sqrt(e),  dk(j) = sum over i of da(i,j) q(i) / sqrt(e),
//   dbias(offset) = sum of da over all pairs, windows and images at this offset.
// The saliency gets no gradient: its thresholds are hard. Shapes, types, repeats as above.
void window_attention_backward(Exec& exec, const WindowAttentionBackwardBuffers& buffers,
                               const WindowAttentionParams& params);

// [N,H,W,heads,1]: the logarithm of the sum of e^a; masked [N,H,W,heads,2]: that, and the one of f
// (for a query that is neither foreground nor background, the first again). InvalidInput when
// shapes and params do not go together.
Shape window_attention_log_sums_shape(const Shape& qkv, bool masked,
                                      const WindowAttentionParams& params);

}  // namespace salix::kernels
