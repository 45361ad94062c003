// One block per head of a list of windows. p is computed again from the logarithms; the rows of p
// and da belong to warps as in the forward pass, which gives dq, and then lie in shared memory,
// whose columns give dv and dk. A block writes all of its dq, dk, dv, and its sums of da over the
// pairs of each offset; a second kernel adds the blocks' sums in the order of the lists. So there
// are no atomics. Reading q, k, v, dy and writing dq, dk, dv is 22 KB in bfloat16 for 49 tokens of
// 32 channels: memory bounds it; in float32 the reads of shared memory do.
#include <algorithm>

#include "kernels/window_attention/window_attention_offsets_gpu.h"
#include "kernels/window_attention/window_attention_tiles_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// Twice what 132 multiprocessors hold at once. Up to here each block takes one window, and its sums
// are 676 bytes beside the 22 KB; above, lists of several, the longer ones first.
constexpr std::int64_t kBackwardBlocks = 1024;
constexpr int kSumWarps = 16;

template <typename T>
struct Backward {
  const T* dy;
  const T* qkv;
  const float* bias;
  const float* saliency;
  const float* log_sums;
  T* dqkv;
  float* partial;  // [lists, heads, offsets]
  unsigned lists;

  Backward(const WindowAttentionBackwardBuffers& b, const Scratch& sums, unsigned list_count)
      : dy(b.dy.as<T>()),
        qkv(b.qkv.as<T>()),
        bias(b.bias.as<float>()),
        saliency(b.saliency.empty() ? nullptr : b.saliency.as<float>()),
        log_sums(b.log_sums.as<float>()),
        dqkv(b.dqkv.as<T>()),
        partial(sums.as<float>()),
        lists(list_count) {}
};

// The lane's rows: scores become p, and dp becomes da.
template <typename Lanes, bool kMasked, int kColumns>
__device__ void scores_to_gradients(const WindowTables& tables, const AttentionSizes& sizes,
                                    const AttentionPlace& at, int head, const float* log_sums,
                                    float (&a)[Lanes::kRows][kColumns],
                                    float (&dp)[Lanes::kRows][kColumns]) {
  LogSums sums[Lanes::kRows];
  for (int r = 0; r < Lanes::kRows; ++r) {
    const int token = Lanes::row(r);
    const bool inside = token < sizes.grid.tokens();
    const float* own = log_sums + log_sums_index<kMasked>(sizes, at, head, tables.pixel[token]);
    sums[r] = {inside ? own[0] : INFINITY, inside && kMasked ? own[1] : INFINITY};
  }
  products_to_scores<Lanes>(tables, sizes, a);
#pragma unroll
  for (int r = 0; r < Lanes::kRows; ++r) {
    softmax_row_backward<Lanes, kMasked>(tables, r, sums[r], a[r], dp[r]);
  }
}

// In 32-bit words: rows g, and pairs of columns read from rows 2t, then lie in different banks.
constexpr int kMmaWeightWords = 36, kMmaGradientStride = 68;

template <int kWidth, int kTiles>
struct MmaShared {
  alignas(16) bfloat16 queries[kMaxTokens * kWidth], dy[kMaxTokens * kWidth];
  bfloat16 keys[8 * kTiles * kWidth], values[8 * kTiles * kWidth];
  alignas(16) float da[kMaxTokens * kMmaGradientStride];
  unsigned p[kMaxTokens * kMmaWeightWords];  // pairs of bfloat16
  WindowTables tables;
};

template <int kWidth, int kTiles, bool kMasked>
__global__ void __launch_bounds__(kAttentionThreads, kTiles == 7 ? 4 : 3)
    attention_backward_mma_kernel(Backward<bfloat16> b, AttentionSizes sizes) {
  auto& shared = *dynamic_shared<MmaShared<kWidth, kTiles>>();
  WindowTables& tables = shared.tables;
  const int head = static_cast<int>(blockIdx.x % sizes.heads), tokens = sizes.grid.tokens();
  const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
  stage_bias(tables, sizes, head, b.bias);
  OffsetSums offsets;
  for (unsigned place = blockIdx.x / sizes.heads; place < sizes.places; place += b.lists) {
    const AttentionPlace at = attention_place(sizes, place);
    const auto rows = [&](int part) { return head_rows(b.qkv, sizes, at, head, 3, part); };
    const auto out = [&](int part, int token) {
      return head_rows(b.dqkv, sizes, at, head, 3, part).row(tables, token);
    };
    __syncthreads();  // whoever still reads the last window
    find_pixels(tables, sizes, at.window);
    __syncthreads();
    stage_tile<kWidth, kMaxTokens>(rows(0), tables, tokens, shared.queries);
    stage_tile<kWidth, 8 * kTiles>(rows(1), tables, tokens, shared.keys);
    stage_tile<kWidth, 8 * kTiles>(rows(2), tables, tokens, shared.values);
    stage_tile<kWidth, kMaxTokens>(head_rows(b.dy, sizes, at, head, 1, 0), tables, tokens,
                                   shared.dy);
    find_facts(tables, sizes, at, b.saliency);
    await_copies();
    __syncthreads();

    float p[MmaLanes::kRows][2 * kTiles] = {}, da[MmaLanes::kRows][2 * kTiles] = {};
    add_products<kWidth>(RowRuns<kWidth>(shared.queries), shared.keys, p);
    add_products<kWidth>(RowRuns<kWidth>(shared.dy), shared.values, da);
    scores_to_gradients<MmaLanes, kMasked>(tables, sizes, at, head, b.log_sums, p, da);
#pragma unroll
    for (int r = 0; r < MmaLanes::kRows; ++r) {
      unsigned* p_row = shared.p + MmaLanes::row(r) * kMmaWeightWords + t;
      float* da_row = shared.da + MmaLanes::row(r) * kMmaGradientStride + 2 * t;
#pragma unroll
      for (int c = 0; c < 2 * kTiles; c += 2) {
        p_row[2 * c] = pack_bfloat16(p[r][c], p[r][c + 1]);
        store_run(da_row + 4 * c, Pack<float, 2>{da[r][c], da[r][c + 1]});
      }
    }
    OutputRuns<kWidth> dq;
    add_weighted_keys(da, shared.keys, dq);
    for (int r = 0; r < MmaLanes::kRows; ++r) {
      if (MmaLanes::row(r) < tokens) dq.store(r, sizes.scale, out(0, MmaLanes::row(r)));
    }
    __syncthreads();

    // The warp's 16 keys; rows g and g + 8 of the products stand for keys 2g and 2g + 1.
    const int key = static_cast<int>(threadIdx.x) / 32 * 16 + 2 * g;
    OutputRuns<kWidth> dv, dk;
    for (int first = 0; first < tokens; first += 16) {
      unsigned word[4];
      Pack<float, 2> gradient[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const int query = first + 2 * t + i % 2 + i / 2 * 8;
        word[i] = shared.p[query * kMmaWeightWords + key / 2];
        gradient[i] = load_run<float, 2>(shared.da + query * kMmaGradientStride + key);
      }
      unsigned p_columns[4], da_columns[4];
#pragma unroll
      for (int i = 0; i < 4; i += 2) {
        p_columns[i] = (word[i] & 0xffffu) | word[i + 1] << 16;
        p_columns[i + 1] = word[i] >> 16 | (word[i + 1] & 0xffff0000u);
        da_columns[i] = pack_bfloat16(gradient[i].value[0], gradient[i + 1].value[0]);
        da_columns[i + 1] = pack_bfloat16(gradient[i].value[1], gradient[i + 1].value[1]);
      }
      dv.add(p_columns, shared.dy, first);
      dk.add(da_columns, shared.queries, first);
    }
    for (int i = 0; i < 2; ++i) {
      if (key + i >= tokens) continue;
      dk.store(i, sizes.scale, out(1, key + i));
      dv.store(i, 1.0f, out(2, key + i));
    }
    offsets.add(shared.da, kMmaGradientStride, sizes.grid.window);
  }
  const int across = 2 * sizes.grid.window - 1;
  offsets.store(b.partial + static_cast<long long>(blockIdx.x) * across * across,
                sizes.grid.window);
}

template <int kWidth, int kTiles>
struct FmaShared {
  alignas(16) float queries[kMaxTokens * kFloatStride<kWidth>];
  float dy[kMaxTokens * kFloatStride<kWidth>];
  float keys[8 * kTiles * kFloatStride<kWidth>], values[8 * kTiles * kFloatStride<kWidth>];
  float p[kMaxTokens * kScoreStride<kTiles>], da[kMaxTokens * kScoreStride<kTiles>];
  WindowTables tables;
};

// With slices: for any width and type, kWidth channels at a time.
template <typename T, int kWidth, int kTiles, bool kMasked, bool kSliced>
__global__ void __launch_bounds__(kAttentionThreads, 3)
    attention_backward_fma_kernel(Backward<T> b, AttentionSizes sizes) {
  auto& shared = *dynamic_shared<FmaShared<kWidth, kTiles>>();
  WindowTables& tables = shared.tables;
  const int head = static_cast<int>(blockIdx.x % sizes.heads), tokens = sizes.grid.tokens();
  constexpr int kStride = kFloatStride<kWidth>, kScores = kScoreStride<kTiles>;
  stage_bias(tables, sizes, head, b.bias);
  OffsetSums offsets;
  for (unsigned place = blockIdx.x / sizes.heads; place < sizes.places; place += b.lists) {
    const AttentionPlace at = attention_place(sizes, place);
    const auto stage = [&](int channel) {
      const auto tile = [&](auto count, const HeadRows<const T>& from, float* to) {
        if constexpr (kSliced) {
          stage_slice<kWidth, count>(from, tables, tokens, channel, sizes.width, to, kStride);
        } else {
          stage_floats<kWidth, count>(from, tables, tokens, to, kStride);
        }
      };
      const std::integral_constant<int, kMaxTokens> all;
      const std::integral_constant<int, 8 * kTiles> some;
      tile(all, head_rows(b.qkv, sizes, at, head, 3, 0), shared.queries);
      tile(some, head_rows(b.qkv, sizes, at, head, 3, 1), shared.keys);
      tile(some, head_rows(b.qkv, sizes, at, head, 3, 2), shared.values);
      tile(all, head_rows(b.dy, sizes, at, head, 1, 0), shared.dy);
      await_copies();
    };
    __syncthreads();  // whoever still reads the last window
    find_pixels(tables, sizes, at.window);
    find_facts(tables, sizes, at, b.saliency);

    float p[FmaLanes::kRows][kTiles] = {}, da[FmaLanes::kRows][kTiles] = {};
    const int slices_end = kSliced ? sizes.width : kWidth;
    for (int channel = 0; channel < slices_end; channel += kWidth) {
      __syncthreads();
      stage(channel);
      __syncthreads();
      add_products<kWidth>(shared.queries, kStride, shared.keys, p);
      add_products<kWidth>(shared.dy, kStride, shared.values, da);
    }
    scores_to_gradients<FmaLanes, kMasked>(tables, sizes, at, head, b.log_sums, p, da);
    for (int r = 0; r < FmaLanes::kRows; ++r) {
      const int row = FmaLanes::row(r) * kScores;
      for (int c = 0; c < kTiles; ++c) {
        shared.p[row + FmaLanes::column(c)] = p[r][c];
        shared.da[row + FmaLanes::column(c)] = da[r][c];
      }
    }
    for (int channel = 0; channel < slices_end; channel += kWidth) {
      __syncthreads();
      if constexpr (kSliced) {
        stage(channel);
        __syncthreads();
      }
      const auto store = [&](int part, float factor, const auto& sums) {
        store_rows<kSliced>(sums, factor, head_rows(b.dqkv, sizes, at, head, 3, part), tables,
                            sizes, channel);
      };
      float dq[FmaLanes::kRows][kWidth / 8] = {};
      add_weighted_keys<kWidth, kTiles>(shared.da, shared.keys, tokens, dq);
      store(0, sizes.scale, dq);
      float dk[FmaLanes::kRows][kWidth / 8] = {};
      add_weighted_queries<kWidth, kTiles>(shared.da, shared.queries, tokens, dk);
      store(1, sizes.scale, dk);
      float dv[FmaLanes::kRows][kWidth / 8] = {};
      add_weighted_queries<kWidth, kTiles>(shared.p, shared.dy, tokens, dv);
      store(2, 1.0f, dv);
    }
    offsets.add(shared.da, kScores, sizes.grid.window);
  }
  const int across = 2 * sizes.grid.window - 1;
  offsets.store(b.partial + static_cast<long long>(blockIdx.x) * across * across,
                sizes.grid.window);
}

}  // namespace

void window_attention_backward(Exec& exec, const WindowAttentionBackwardBuffers& b,
                               const WindowAttentionParams& params) {
  const AttentionSizes sizes(b.qkv.shape, params);
  const std::int64_t lists =
      std::clamp<std::int64_t>(kBackwardBlocks / sizes.heads, 1, sizes.places);
  const auto list_count = static_cast<unsigned>(lists);
  const unsigned blocks = blocks_for(lists * sizes.heads, 1);
  const int offsets = static_cast<int>(b.bias.dim(0));
  const Scratch partial(exec, static_cast<std::size_t>(lists * b.bias.numel()) * sizeof(float));
  visit_cuda_float("window_attention_backward", b.qkv.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_attention(sizes, !b.saliency.empty(), [&](auto width, auto tiles, auto masked) {
      constexpr int kWidth = width, kTiles = tiles;
      const auto run = [&](auto kernel, std::size_t shared_bytes) {
        launch(exec, {blocks, kAttentionThreads, shared_bytes}, kernel,
               Backward<T>(b, partial, list_count), sizes);
      };
      if constexpr (kWidth == 0) {
        run(attention_backward_fma_kernel<T, 32, kTiles, masked, true>,
            sizeof(FmaShared<32, kTiles>));
      } else if constexpr (std::is_same_v<T, float>) {
        run(attention_backward_fma_kernel<T, kWidth, kTiles, masked, false>,
            sizeof(FmaShared<kWidth, kTiles>));
      } else {
        run(attention_backward_mma_kernel<kWidth, kTiles, masked>,
            sizeof(MmaShared<kWidth, kTiles>));
      }
    });
  });
  launch(exec, {{blocks_for(offsets, 32), static_cast<unsigned>(params.heads)}, {32, kSumWarps}},
         add_lists_kernel<kSumWarps>, partial.as<float>(), static_cast<int>(lists), params.heads,
         offsets, b.dbias.as<float>());
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
