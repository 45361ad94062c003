#include "models/swin/swin_block.h"

#include "kernels/common/parameter_dtype.h"
#include "kernels/window_attention/window_grid.h"
#include "layers/functional/binary.h"
#include "layers/functional/dropout.h"
#include "layers/functional/window_attention.h"
#include "layers/modules/init.h"

namespace salix {
namespace {

constexpr int kTokens = SwinBlock::kWindow * SwinBlock::kWindow;
constexpr int kOffsets = (2 * SwinBlock::kWindow - 1) * (2 * SwinBlock::kWindow - 1);
constexpr double kTableDeviation = 0.02;

// The two constants that checkpoints carry. The op computes both as it goes.
Tensor position_index(Exec& exec) {
  const kernels::WindowGrid grid{SwinBlock::kWindow, SwinBlock::kWindow, SwinBlock::kWindow, 0};
  std::vector<std::int64_t> index;
  for (int i = 0; i < kTokens; ++i) {
    for (int j = 0; j < kTokens; ++j) index.push_back(grid.bias_row(i, j));
  }
  return Tensor::from_host(exec, index, {kTokens, kTokens});
}

Tensor shift_mask(Exec& exec, int size, int shift) {
  const kernels::WindowGrid grid{size, size, SwinBlock::kWindow, shift};
  std::vector<float> mask;
  for (int window = 0; window < grid.windows(); ++window) {
    for (int i = 0; i < kTokens; ++i) {
      for (int j = 0; j < kTokens; ++j) {
        mask.push_back(grid.region(window, i) == grid.region(window, j) ? 0.0f
                                                                        : kernels::kHiddenPair);
      }
    }
  }
  return Tensor::from_host(exec, mask, {grid.windows(), kTokens, kTokens});
}

}  // namespace

WindowAttention::WindowAttention(Exec& exec, const SwinBlockOptions& o)
    : qkv(exec, o.channels, 3 * o.channels),
      proj(exec, o.channels, o.channels),
      bias_table(init::normal(exec, {kOffsets, o.heads}, kTableDeviation)),
      heads_(o.heads),
      shift_(o.shift),
      index_(position_index(exec)) {
  add_norm_parameter("relative_position_bias_table", bias_table);  // added to scores, in float
  add_buffer("relative_position_index", index_);
  add_module("qkv", qkv);
  add_module("proj", proj);
}

Tensor WindowAttention::operator()(const Tensor& x, const Tensor& saliency) const {
  const Tensor projected = qkv(x);
  Tensor seen;
  if (saliency.defined()) seen = saliency.detach().to(kernels::parameter_dtype(projected.dtype()));
  return proj(window_attention(projected, bias_table, seen,
                               {.heads = heads_, .window = SwinBlock::kWindow, .shift = shift_}));
}

SwinBlock::SwinBlock(Exec& exec, const SwinBlockOptions& o)
    : attention(exec, o),
      drop_path_(o.drop_path),
      norm_(exec, o.channels),
      feed_forward_(exec, o.channels) {
  if (o.shift > 0) {
    mask_ = shift_mask(exec, o.grid, o.shift);
    add_buffer("attn_mask", mask_);
  }
  add_module("norm1", norm_);
  add_module("attn", attention);
  add_module("conv", feed_forward_);
}

Tensor SwinBlock::operator()(const Tensor& x, const Tensor& saliency) {
  const Tensor attended = attention(norm_(x), saliency);
  return feed_forward_(x + drop_path(attended, {.p = drop_path_, .training = training()}));
}

}  // namespace salix
