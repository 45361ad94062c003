// The forward pass of window attention in vector code. Per window and head the operands are
// gathered once (6 KB each, they stay in the L1 cache); both products keep their sums in registers
// (window_tile.h), and a row of scores is turned into probabilities while it is there.
#include "engine/parallel.h"
#include "kernels/common/dispatch.h"
#include "kernels/window_attention/window_head.h"

namespace salix::kernels::vectorised {
namespace {

constexpr std::int64_t kWindowsPerTask = 4;

// One row of scores -> the row of p; writes the logarithms.
template <int kKeys, int kHead>
void probabilities(const Windows<kKeys, kHead>& windows, int i, float* row, float* log_sums) {
  const TokenKind kind = windows.kind(i);
  if (kind == TokenKind::kNeither) {
    log_sums[0] = softmax_row<kKeys>(row);
    if (windows.masked()) log_sums[1] = log_sums[0];
    return;
  }
  float among[kKeys];
  std::copy_n(row, kKeys, among);
  windows.hide_other_kinds(i, among);
  log_sums[0] = softmax_row<kKeys>(row);
  log_sums[1] = softmax_row<kKeys>(among);
  if (kind == TokenKind::kForeground) {
    std::copy_n(among, kKeys, row);
  } else {
#pragma omp simd
    for (int j = 0; j < kKeys; ++j) row[j] = 2 * row[j] - among[j];
  }
}

template <typename T, int kKeys, int kHead>
void attend(const Windows<kKeys, kHead>& windows, int head, HeadBlock<kKeys, kHead>& block,
            const WindowAttentionBuffers& b) {
  using Block = HeadBlock<kKeys, kHead>;
  const int tokens = windows.tokens();
  const T* qkv = b.qkv.as<T>();
  float *q = block.rows[0], *k = block.rows[1], *v = block.rows[2];
  windows.gather(qkv, head, 0, 3, 1 / std::sqrt(static_cast<float>(kHead)), q);
  windows.gather(qkv, head, 1, 3, 1, k);
  windows.gather(qkv, head, 2, 3, 1, v);
  windows.turn(k, block.columns[0]);
  Block::ByKey::multiply(tokens, {q, kHead, 1}, block.columns[0], kHead, block.scores);
  windows.add_bias(head, block.scores);
  for (int i = 0; i < tokens; ++i) {
    probabilities(windows, i, block.scores + i * kKeys,
                  b.log_sums.as<float>() + windows.log_sums_place(i, head));
  }
  Block::ByChannel::multiply(tokens, {block.scores, kKeys, 1}, v, tokens, block.out[0]);
  windows.scatter(block.out[0], 1, head, 0, 1, b.y.as<T>());
}

}  // namespace

void window_attention(Exec&, const WindowAttentionBuffers& b, const WindowAttentionParams& params) {
  const std::int64_t head_width = b.qkv.dim(3) / 3 / params.heads;
  with_sizes(
      params.window, head_width, b.qkv.shape, b.bias, b.saliency, params, [&](const auto& all) {
        const std::int64_t per_image = all.grid().windows();
        parallel_for(
            b.qkv.dim(0) * per_image, kWindowsPerTask, [&](std::int64_t begin, std::int64_t end) {
              auto windows = all;  // each thread looks at windows of its own
              const auto block = std::make_unique<typename std::decay_t<decltype(all)>::Block>();
              for (std::int64_t index = begin; index < end; ++index) {
                windows.enter(index / per_image, static_cast<int>(index % per_image));
                for (int head = 0; head < params.heads; ++head) {
                  if (b.qkv.dtype == DType::kFloat32) {
                    attend<float>(windows, head, *block, b);
                  } else {
                    attend<bfloat16>(windows, head, *block, b);
                  }
                }
              }
            });
      });
}

}  // namespace salix::kernels::vectorised
