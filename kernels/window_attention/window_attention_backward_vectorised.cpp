// The backward pass of window attention in vector code: the scores and probabilities again, then
// five products, all of one window and head in the L1 cache.
#include "engine/parallel.h"
#include "kernels/common/dispatch.h"
#include "kernels/window_attention/window_head.h"

namespace salix::kernels::vectorised {
namespace {

constexpr std::int64_t kWindowsPerTask = 8;

// factor * p (dp - sum of p dp) along a row.
template <int kKeys>
void add_softmax_gradient(const float* p, const float* dp, float factor, float* da) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int j = 0; j < kKeys; ++j) sum += p[j] * dp[j];
#pragma omp simd
  for (int j = 0; j < kKeys; ++j) da[j] += factor * p[j] * (dp[j] - sum);
}

// A row of a and one of dp -> the rows of p and da, in the same places.
template <int kKeys, int kHead>
void row_gradient(const Windows<kKeys, kHead>& windows, int i, const float* log_sums, float* a,
                  float* dp) {
  const TokenKind kind = windows.kind(i);
  float da[kKeys] = {};
  if (kind == TokenKind::kNeither) {
    softmax_row<kKeys>(a, log_sums[0]);
    add_softmax_gradient<kKeys>(a, dp, 1, da);
  } else {
    float among[kKeys];
    std::copy_n(a, kKeys, among);
    windows.hide_other_kinds(i, among);
    softmax_row<kKeys>(among, log_sums[1]);
    if (kind == TokenKind::kForeground) {
      add_softmax_gradient<kKeys>(among, dp, 1, da);
      std::copy_n(among, kKeys, a);
    } else {
      softmax_row<kKeys>(a, log_sums[0]);
      add_softmax_gradient<kKeys>(a, dp, 2, da);
      add_softmax_gradient<kKeys>(among, dp, -1, da);
#pragma omp simd
      for (int j = 0; j < kKeys; ++j) a[j] = 2 * a[j] - among[j];
    }
  }
  std::copy_n(da, kKeys, dp);
}

// dqkv of one window and head; adds da to `bias_sums` [query][key].
template <typename T, int kKeys, int kHead>
void attend_backward(const Windows<kKeys, kHead>& windows, int head, HeadBlock<kKeys, kHead>& block,
                     const WindowAttentionBackwardBuffers& b, float* bias_sums) {
  using Block = HeadBlock<kKeys, kHead>;
  const int tokens = windows.tokens();
  const float scale = 1 / std::sqrt(static_cast<float>(kHead));
  const T* qkv = b.qkv.as<T>();
  T* dqkv = b.dqkv.as<T>();
  float *q = block.rows[0], *k = block.rows[1], *dy = block.rows[2];
  float *p = block.scores, *da = block.other;
  windows.gather(qkv, head, 0, 3, scale, q);
  windows.gather(qkv, head, 1, 3, 1, k);
  windows.gather(qkv, head, 2, 3, 1, dy);  // v, needed by columns only
  windows.turn(k, block.columns[0]);
  windows.turn(dy, block.columns[1]);
  windows.gather(b.dy.as<T>(), head, 0, 1, 1, dy);

  Block::ByKey::multiply(tokens, {q, kHead, 1}, block.columns[0], kHead, p);
  Block::ByKey::multiply(tokens, {dy, kHead, 1}, block.columns[1], kHead, da);  // dp
  windows.add_bias(head, p);
  for (int i = 0; i < tokens; ++i) {
    row_gradient(windows, i, b.log_sums.as<float>() + windows.log_sums_place(i, head),
                 p + i * kKeys, da + i * kKeys);
  }
  const int count = tokens * kKeys;
#pragma omp simd
  for (int j = 0; j < count; ++j) bias_sums[j] += da[j];

  Block::ByChannel::multiply(tokens, {da, kKeys, 1}, k, tokens, block.out[0]);
  Block::ByChannel::multiply(tokens, {da, 1, kKeys}, q, tokens, block.out[1]);
  Block::ByChannel::multiply(tokens, {p, 1, kKeys}, dy, tokens, block.out[2]);
  windows.scatter(block.out[0], scale, head, 0, 3, dqkv);
  windows.scatter(block.out[1], 1, head, 1, 3, dqkv);  // q carried the scale
  windows.scatter(block.out[2], 1, head, 2, 3, dqkv);
}

// sums [query][key] of one head -> the table's column of that head.
template <int kKeys, int kHead>
void add_to_table(const Windows<kKeys, kHead>& windows, const float* sums, int head, float* table) {
  for (int i = 0; i < windows.tokens(); ++i) {
    for (int j = 0; j < windows.tokens(); ++j) {
      table[windows.bias_row(i, j) * windows.heads() + head] += sums[i * kKeys + j];
    }
  }
}

}  // namespace

void window_attention_backward(Exec& exec, const WindowAttentionBackwardBuffers& b,
                               const WindowAttentionParams& params) {
  const std::int64_t head_width = b.qkv.dim(3) / 3 / params.heads;
  with_sizes(
      params.window, head_width, b.qkv.shape, b.bias, b.saliency, params, [&](const auto& all) {
        using Block = typename std::decay_t<decltype(all)>::Block;
        const std::int64_t per_image = all.grid().windows(), count = b.qkv.dim(0) * per_image;
        const std::int64_t tasks = (count + kWindowsPerTask - 1) / kWindowsPerTask;
        const std::int64_t table = b.dbias.numel();
        const Scratch tables(exec, static_cast<std::size_t>(tasks * table) * sizeof(float));
        parallel_for(count, kWindowsPerTask, [&](std::int64_t begin, std::int64_t end) {
          auto windows = all;
          const auto block = std::make_unique<Block>();
          const std::size_t pairs = std::size(block->scores);
          std::vector<float> sums(static_cast<std::size_t>(params.heads) * pairs);
          float* own = tables.as<float>() + begin / kWindowsPerTask * table;
          std::fill_n(own, table, 0.0f);
          const auto sums_of = [&](int head) {
            return sums.data() + static_cast<std::size_t>(head) * pairs;
          };
          for (std::int64_t index = begin; index < end; ++index) {
            windows.enter(index / per_image, static_cast<int>(index % per_image));
            for (int head = 0; head < params.heads; ++head) {
              if (b.qkv.dtype == DType::kFloat32) {
                attend_backward<float>(windows, head, *block, b, sums_of(head));
              } else {
                attend_backward<bfloat16>(windows, head, *block, b, sums_of(head));
              }
            }
          }
          for (int head = 0; head < params.heads; ++head) {
            add_to_table(windows, sums_of(head), head, own);
          }
        });
        for (std::int64_t i = 0; i < table; ++i) {
          double total = 0;
          for (std::int64_t task = 0; task < tasks; ++task)
            total += tables.as<float>()[task * table + i];
          b.dbias.as<float>()[i] = static_cast<float>(total);
        }
      });
}

}  // namespace salix::kernels::vectorised
