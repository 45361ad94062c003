// What the GPU kernels of window attention share: the block's window, its tables in shared memory,
// masks, and the softmax of scores that lie in registers. A block of four warps owns a head of a
// window; its tiles are in window_attention_tiles_gpu.h.
#pragma once

#include <cmath>
#include <type_traits>

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/window_attention/window_attention_parts.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

constexpr int kAttentionThreads = 128;  // four warps, 16 queries each: one block holds 64 tokens
constexpr int kMaxOffsets = (2 * kMaxWindow - 1) * (2 * kMaxWindow - 1);
static_assert(kMaxTokens == kAttentionThreads / 32 * 16);

struct AttentionSizes {
  WindowGrid grid;
  int heads;
  int width;        // channels of a head
  unsigned places;  // windows of all images
  float scale;

  AttentionSizes(const Shape& qkv, const WindowAttentionParams& params)
      : grid(grid_of(qkv, params)),
        heads(params.heads),
        width(static_cast<int>(qkv[3] / 3 / params.heads)),
        places(blocks_for(qkv[0] * grid.windows(), 1)),
        scale(1.0f / std::sqrt(static_cast<float>(width))) {}
};

// A window of an image.
struct AttentionPlace {
  int window;
  long long first_pixel;  // of the image, among those of all images
};
__device__ inline AttentionPlace attention_place(const AttentionSizes& sizes, unsigned place) {
  const auto windows = static_cast<unsigned>(sizes.grid.windows());
  const long long pixels = static_cast<long long>(sizes.grid.height) * sizes.grid.width;
  return {static_cast<int>(place % windows), place / windows * pixels};
}

// A token's facts: its place in the bias table (the row for a query i and a key j is place(i) -
// place(j) + a constant), its region and its kind.
constexpr int kPlaceBits = 0xff, kRegionBits = 0xf00, kKindBits = 0x3000;
constexpr int kRegionUnit = 0x100, kKindUnit = 0x1000;

struct WindowTables {
  float bias[kMaxOffsets];  // this head's column
  int pixel[kMaxTokens];    // in the image; behind the last token, the first one's
  int facts[kMaxTokens];
};

__device__ inline void find_pixels(WindowTables& tables, const AttentionSizes& sizes, int window) {
  const int token = static_cast<int>(threadIdx.x);
  if (token >= kMaxTokens) return;
  tables.pixel[token] = sizes.grid.pixel(window, token < sizes.grid.tokens() ? token : 0);
}

__device__ inline void find_facts(WindowTables& tables, const AttentionSizes& sizes,
                                  const AttentionPlace& at, const float* saliency) {
  const WindowGrid& grid = sizes.grid;
  const int token = static_cast<int>(threadIdx.x);
  if (token >= kMaxTokens) return;
  int facts = 0;
  if (token < grid.tokens()) {
    facts = token / grid.window * (2 * grid.window - 1) + token % grid.window;
    facts += grid.region(at.window, token) * kRegionUnit;
    if (saliency != nullptr) {
      const float value = saliency[at.first_pixel + grid.unrolled_pixel(at.window, token)];
      facts += static_cast<int>(token_kind(value)) * kKindUnit;
    }
  }
  tables.facts[token] = facts;
}

// Once per block: the table's column lies `heads` floats apart in memory, and is read 49 times.
__device__ inline void stage_bias(WindowTables& tables, const AttentionSizes& sizes, int head,
                                  const float* bias) {
  const int offsets = 2 * sizes.grid.window - 1;
  for (int i = static_cast<int>(threadIdx.x); i < offsets * offsets; i += kAttentionThreads) {
    tables.bias[i] = bias[i * sizes.heads + head];
  }
}

// --- Which scores a lane holds: rows are queries, columns keys. The kRowLanes lanes that share a
// row are neighbours, and a warp holds 16 rows from end to end, so that a row's maximum and sums
// are shuffles and no warp waits for another. ---

// As the tensor cores leave them (ptx_gpu.h).
struct MmaLanes {
  static constexpr int kRows = 2, kColumnsPerTile = 2, kRowLanes = 4;
  static __device__ int row(int r) {
    return static_cast<int>(threadIdx.x / 32 * 16 + threadIdx.x % 32 / 4) + 8 * r;
  }
  static __device__ int column(int c) {
    return c / 2 * 8 + static_cast<int>(threadIdx.x % 4) * 2 + c % 2;
  }
};
// A register tile of 4 rows and a column of each 8.
struct FmaLanes {
  static constexpr int kRows = 4, kColumnsPerTile = 1, kRowLanes = 8;
  static __device__ int row(int r) { return static_cast<int>(threadIdx.x / 8) * 4 + r; }
  static __device__ int column(int c) { return c * 8 + static_cast<int>(threadIdx.x % 8); }
};

template <typename Lanes>
__device__ float row_sum(float value) {
  for (int offset = Lanes::kRowLanes / 2; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(kFullWarp, value, offset);
  }
  return value;
}
template <typename Lanes>
__device__ float row_max(float value) {
  for (int offset = Lanes::kRowLanes / 2; offset > 0; offset /= 2) {
    value = fmaxf(value, __shfl_xor_sync(kFullWarp, value, offset));
  }
  return value;
}

// The tensor cores round p to 8 bits, so there the quick exponential is exact enough.
template <typename Lanes>
__device__ float exponential(float x) {
  return std::is_same_v<Lanes, MmaLanes> ? __expf(x) : expf(x);
}

// Products of queries and keys become the contract's a; keys behind the last one get -infinity.
template <typename Lanes, int kColumns>
__device__ void products_to_scores(const WindowTables& tables, const AttentionSizes& sizes,
                                   float (&a)[Lanes::kRows][kColumns]) {
  const int window = sizes.grid.window, tokens = window * window;
  const float* centre = tables.bias + 2 * window * (window - 1);
#pragma unroll
  for (int c = 0; c < kColumns; ++c) {
    const int column = Lanes::column(c), other = tables.facts[column];
#pragma unroll
    for (int r = 0; r < Lanes::kRows; ++r) {
      const int own = tables.facts[Lanes::row(r)];
      float score = a[r][c] * sizes.scale + centre[(own & kPlaceBits) - (other & kPlaceBits)];
      if (((own ^ other) & kRegionBits) != 0) score += kHiddenPair;
      a[r][c] = column < tokens ? score : -INFINITY;
    }
  }
}

// How much of softmax(a), s, and of softmax(a among its kind), f, makes p.
struct Shares {
  float plain, among_kind;
};
__device__ inline Shares shares_of(int facts) {
  const int kind = facts & kKindBits;
  if (kind == static_cast<int>(TokenKind::kForeground) * kKindUnit) return {0.0f, 1.0f};
  if (kind == static_cast<int>(TokenKind::kBackground) * kKindUnit) return {2.0f, -1.0f};
  return {1.0f, 0.0f};
}
// Added to a for f.
__device__ inline float hidden_by_kind(int own, int other) {
  return (own & kKindBits) != 0 && ((own ^ other) & kKindBits) != 0 ? kHiddenPair : 0.0f;
}

// exp(a - the largest) in place of a; returns the largest, and the sum.
struct PeakAndSum {
  float peak, sum;
  __device__ float log_sum() const { return peak + logf(sum); }
};
template <typename Lanes, int kColumns>
__device__ PeakAndSum exponentials(float (&a)[kColumns]) {
  float peak = a[0], sum = 0.0f;
#pragma unroll
  for (int c = 1; c < kColumns; ++c) peak = fmaxf(peak, a[c]);
  peak = row_max<Lanes>(peak);
#pragma unroll
  for (int c = 0; c < kColumns; ++c) sum += a[c] = exponential<Lanes>(a[c] - peak);
  return {peak, row_sum<Lanes>(sum)};
}

// The logarithms of the sums of a row; infinity, and so p = 0, for a row behind the last token.
struct LogSums {
  float plain, among_kind;
};

// p in place of the scores of row `r`; the second logarithm is for masked rows only.
template <typename Lanes, bool kMasked, int kColumns>
__device__ LogSums softmax_row(const WindowTables& tables, int r, float (&a)[kColumns]) {
  const int own = tables.facts[Lanes::row(r)];
  [[maybe_unused]] float f[kColumns];
  if constexpr (kMasked) {
#pragma unroll
    for (int c = 0; c < kColumns; ++c) {
      f[c] = a[c] + hidden_by_kind(own, tables.facts[Lanes::column(c)]);
    }
  }
  const PeakAndSum plain = exponentials<Lanes>(a);
  if constexpr (!kMasked) {
    const float scale = 1.0f / plain.sum;
#pragma unroll
    for (int c = 0; c < kColumns; ++c) a[c] *= scale;
    return {plain.log_sum(), 0.0f};
  } else {
    const PeakAndSum among_kind = exponentials<Lanes>(f);
    const Shares shares = shares_of(own);
    const float scale = shares.plain / plain.sum, f_scale = shares.among_kind / among_kind.sum;
#pragma unroll
    for (int c = 0; c < kColumns; ++c) a[c] = scale * a[c] + f_scale * f[c];
    return {plain.log_sum(), among_kind.log_sum()};
  }
}

// p in place of the scores of row `r`, and da in place of dp.
template <typename Lanes, bool kMasked, int kColumns>
__device__ void softmax_row_backward(const WindowTables& tables, int r, const LogSums& log_sums,
                                     float (&a)[kColumns], float (&dp)[kColumns]) {
  const int own = tables.facts[Lanes::row(r)];
  [[maybe_unused]] float f[kColumns];
  float sum = 0.0f, f_sum = 0.0f;
#pragma unroll
  for (int c = 0; c < kColumns; ++c) {
    if constexpr (kMasked) {
      const float hidden = hidden_by_kind(own, tables.facts[Lanes::column(c)]);
      f[c] = exponential<Lanes>(a[c] + hidden - log_sums.among_kind);
      f_sum += f[c] * dp[c];
    }
    a[c] = exponential<Lanes>(a[c] - log_sums.plain);
    sum += a[c] * dp[c];
  }
  sum = row_sum<Lanes>(sum);
  if constexpr (!kMasked) {
#pragma unroll
    for (int c = 0; c < kColumns; ++c) dp[c] = a[c] * (dp[c] - sum);
  } else {
    f_sum = row_sum<Lanes>(f_sum);
    const Shares shares = shares_of(own);
#pragma unroll
    for (int c = 0; c < kColumns; ++c) {
      const float s_part = shares.plain * a[c], f_part = shares.among_kind * f[c];
      a[c] = s_part + f_part;
      dp[c] = s_part * (dp[c] - sum) + f_part * (dp[c] - f_sum);
    }
  }
}

// Where the log_sums of a token lie.
template <bool kMasked>
__device__ long long log_sums_index(const AttentionSizes& sizes, const AttentionPlace& at, int head,
                                    int pixel) {
  return ((at.first_pixel + pixel) * sizes.heads + head) * (kMasked ? 2 : 1);
}

// body(the width as a constant, tiles of 8 keys as a constant, masked as a constant) for the widths
// that have kernels of their own; width 0 for all others, which go in slices and count 8 tiles.
template <typename Body>
void visit_attention(const AttentionSizes& sizes, bool masked, const Body& body) {
  const auto visit_masked = [&](auto width, auto tiles) {
    masked ? body(width, tiles, std::true_type{}) : body(width, tiles, std::false_type{});
  };
  const auto visit_tiles = [&](auto width) {
    sizes.grid.tokens() <= 56 ? visit_masked(width, std::integral_constant<int, 7>{})
                              : visit_masked(width, std::integral_constant<int, 8>{});
  };
  if (sizes.width == 8) return visit_tiles(std::integral_constant<int, 8>{});
  if (sizes.width == 16) return visit_tiles(std::integral_constant<int, 16>{});
  if (sizes.width == 32) return visit_tiles(std::integral_constant<int, 32>{});
  visit_masked(std::integral_constant<int, 0>{}, std::integral_constant<int, 8>{});
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
