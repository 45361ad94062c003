// The transformer block of LocalViT-Swin: attention inside the windows of a token grid, then a
// locality feed-forward network (models/swin/locality_feed_forward.h).
#pragma once

#include "layers/modules/layer_norm.h"
#include "layers/modules/linear.h"
#include "models/swin/locality_feed_forward.h"

namespace salix {

// Tokens are maps, [N,H,W,C]: a transformer's [N,L,C] in the same memory.
struct SwinBlockOptions {
  std::int64_t channels = 0;
  int heads = 0;
  int grid = 0;          // rows and columns of tokens, a multiple of 7
  int shift = 0;         // 3 in every other block, 0 where the grid is one window
  double drop_path = 0;  // probability that a sample skips the attention in training
};

// State: relative_position_bias_table [169,heads]; relative_position_index [49,49], a constant;
// qkv, proj.
class WindowAttention : public Module {
 public:
  WindowAttention(Exec& exec, const SwinBlockOptions& options);
  // x [N,H,W,C] -> the same shape. `saliency` [N,H,W,1] or undefined: kernels/window_attention.
  Tensor operator()(const Tensor& x, const Tensor& saliency) const;

  Linear qkv, proj;
  Tensor bias_table;

 private:
  int heads_, shift_;
  Tensor index_;
};

// State: attn_mask [windows,49,49] if shifted, a constant; norm1, attn, conv.
class SwinBlock : public Module {
 public:
  static constexpr int kWindow = 7;
  SwinBlock(Exec& exec, const SwinBlockOptions& options);
  // x + drop_path(attn(norm1(x))), through the feed-forward network.
  Tensor operator()(const Tensor& x, const Tensor& saliency = {});

  WindowAttention attention;

 private:
  double drop_path_;
  Tensor mask_;
  LayerNorm norm_;
  LocalityFeedForward feed_forward_;
};

}  // namespace salix
