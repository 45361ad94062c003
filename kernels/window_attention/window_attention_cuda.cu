// One block per head of a window: its queries, keys and values are read once, and only y and the
// logarithms are written. For 49 tokens of 32 channels that is 25 KB in float32 and 12 KB in
// bfloat16: memory bounds the bfloat16 kernel, reads of shared memory the float32 one. At a batch
// of 4, the stages of a Swin transformer are 200 to 2000 blocks: more than the 132 multiprocessors
// of a large GPU, and about as many as they hold at once, so that the loads of some blocks hide
// behind the products of others, and a block needs no pipeline of its own.
#include "kernels/window_attention/window_attention_tiles_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

template <typename T>
struct Forward {
  const T* qkv;
  const float* bias;
  const float* saliency;
  T* y;
  float* log_sums;

  explicit Forward(const WindowAttentionBuffers& b)
      : qkv(b.qkv.as<T>()),
        bias(b.bias.as<float>()),
        saliency(b.saliency.empty() ? nullptr : b.saliency.as<float>()),
        y(b.y.as<T>()),
        log_sums(b.log_sums.as<float>()) {}
};

// The scores of the lane's rows become p; the first lane of a row writes its logarithms.
template <typename Lanes, bool kMasked, int kColumns>
__device__ void scores_to_weights(const WindowTables& tables, const AttentionSizes& sizes,
                                  const AttentionPlace& at, int head, float* log_sums,
                                  float (&a)[Lanes::kRows][kColumns]) {
  products_to_scores<Lanes>(tables, sizes, a);
#pragma unroll
  for (int r = 0; r < Lanes::kRows; ++r) {
    const LogSums sums = softmax_row<Lanes, kMasked>(tables, r, a[r]);
    const int token = Lanes::row(r);
    if (threadIdx.x % Lanes::kRowLanes != 0 || token >= sizes.grid.tokens()) continue;
    float* own = log_sums + log_sums_index<kMasked>(sizes, at, head, tables.pixel[token]);
    own[0] = sums.plain;
    if (kMasked) own[1] = sums.among_kind;
  }
}

template <int kWidth, int kTiles>
struct MmaShared {
  alignas(16) bfloat16 queries[kMaxTokens * kWidth];
  bfloat16 keys[8 * kTiles * kWidth], values[8 * kTiles * kWidth];
  WindowTables tables;
};

template <int kWidth, int kTiles, bool kMasked>
__global__ void __launch_bounds__(kAttentionThreads)
    attention_mma_kernel(Forward<bfloat16> b, AttentionSizes sizes) {
  auto& shared = *dynamic_shared<MmaShared<kWidth, kTiles>>();
  WindowTables& tables = shared.tables;
  const int head = static_cast<int>(blockIdx.x % sizes.heads), tokens = sizes.grid.tokens();
  const AttentionPlace at = attention_place(sizes, blockIdx.x / sizes.heads);
  const auto rows = [&](int part) { return head_rows(b.qkv, sizes, at, head, 3, part); };
  find_pixels(tables, sizes, at.window);
  __syncthreads();
  stage_tile<kWidth, kMaxTokens>(rows(0), tables, tokens, shared.queries);
  stage_tile<kWidth, 8 * kTiles>(rows(1), tables, tokens, shared.keys);
  stage_tile<kWidth, 8 * kTiles>(rows(2), tables, tokens, shared.values);
  find_facts(tables, sizes, at, b.saliency);
  stage_bias(tables, sizes, head, b.bias);
  await_copies();
  __syncthreads();

  float p[MmaLanes::kRows][2 * kTiles] = {};
  add_products<kWidth>(RowRuns<kWidth>(shared.queries), shared.keys, p);
  scores_to_weights<MmaLanes, kMasked>(tables, sizes, at, head, b.log_sums, p);
  OutputRuns<kWidth> y;
  add_weighted_keys(p, shared.values, y);
  const auto to = head_rows(b.y, sizes, at, head, 1, 0);
  for (int r = 0; r < MmaLanes::kRows; ++r) {
    const int token = MmaLanes::row(r);
    if (token < tokens) y.store(r, 1.0f, to.row(tables, token));
  }
}

// Queries and weights share their place: both belong to the rows of one warp.
template <int kWidth, int kTiles>
struct FmaShared {
  alignas(16) float weights[kMaxTokens * kScoreStride<kTiles>];
  float keys[8 * kTiles * kFloatStride<kWidth>], values[8 * kTiles * kFloatStride<kWidth>];
  WindowTables tables;
};

// With slices: for any width and type, kWidth channels at a time.
template <typename T, int kWidth, int kTiles, bool kMasked, bool kSliced>
__global__ void __launch_bounds__(kAttentionThreads, kTiles == 7 && !kMasked ? 5 : 4)
    attention_fma_kernel(Forward<T> b, AttentionSizes sizes) {
  auto& shared = *dynamic_shared<FmaShared<kWidth, kTiles>>();
  WindowTables& tables = shared.tables;
  const int head = static_cast<int>(blockIdx.x % sizes.heads), tokens = sizes.grid.tokens();
  const AttentionPlace at = attention_place(sizes, blockIdx.x / sizes.heads);
  const auto rows = [&](int part) { return head_rows(b.qkv, sizes, at, head, 3, part); };
  constexpr int kStride = kFloatStride<kWidth>, kRows = 8 * kTiles;
  find_pixels(tables, sizes, at.window);
  find_facts(tables, sizes, at, b.saliency);
  stage_bias(tables, sizes, head, b.bias);

  float p[FmaLanes::kRows][kTiles] = {};
  const int slices_end = kSliced ? sizes.width : kWidth;
  for (int channel = 0; channel < slices_end; channel += kWidth) {
    __syncthreads();
    if constexpr (kSliced) {
      stage_slice<kWidth, kMaxTokens>(rows(0), tables, tokens, channel, sizes.width, shared.weights,
                                      kScoreStride<kTiles>);
      stage_slice<kWidth, kRows>(rows(1), tables, tokens, channel, sizes.width, shared.keys,
                                 kStride);
    } else {
      stage_floats<kWidth, kMaxTokens>(rows(0), tables, tokens, shared.weights,
                                       kScoreStride<kTiles>);
      stage_floats<kWidth, kRows>(rows(1), tables, tokens, shared.keys, kStride);
      stage_floats<kWidth, kRows>(rows(2), tables, tokens, shared.values, kStride);
      await_copies();
    }
    __syncthreads();
    add_products<kWidth>(shared.weights, kScoreStride<kTiles>, shared.keys, p);
  }
  scores_to_weights<FmaLanes, kMasked>(tables, sizes, at, head, b.log_sums, p);
  __syncwarp();  // its queries have been read
  for (int r = 0; r < FmaLanes::kRows; ++r) {
    float* row = shared.weights + FmaLanes::row(r) * kScoreStride<kTiles>;
    for (int c = 0; c < kTiles; ++c) row[FmaLanes::column(c)] = p[r][c];
  }
  __syncwarp();
  for (int channel = 0; channel < slices_end; channel += kWidth) {
    if constexpr (kSliced) {
      __syncthreads();
      stage_slice<kWidth, kRows>(rows(2), tables, tokens, channel, sizes.width, shared.values,
                                 kStride);
      __syncthreads();
    }
    float y[FmaLanes::kRows][kWidth / 8] = {};
    add_weighted_keys<kWidth, kTiles>(shared.weights, shared.values, tokens, y);
    store_rows<kSliced>(y, 1.0f, head_rows(b.y, sizes, at, head, 1, 0), tables, sizes, channel);
  }
}

}  // namespace

void window_attention(Exec& exec, const WindowAttentionBuffers& b,
                      const WindowAttentionParams& params) {
  const AttentionSizes sizes(b.qkv.shape, params);
  const unsigned blocks = blocks_for(std::int64_t{sizes.places} * sizes.heads, 1);
  visit_cuda_float("window_attention", b.qkv.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_attention(sizes, !b.saliency.empty(), [&](auto width, auto tiles, auto masked) {
      constexpr int kWidth = width, kTiles = tiles;
      const auto run = [&](auto kernel, std::size_t shared_bytes) {
        launch(exec, {blocks, kAttentionThreads, shared_bytes}, kernel, Forward<T>(b), sizes);
      };
      if constexpr (kWidth == 0) {
        run(attention_fma_kernel<T, 32, kTiles, masked, true>, sizeof(FmaShared<32, kTiles>));
      } else if constexpr (std::is_same_v<T, float>) {
        run(attention_fma_kernel<T, kWidth, kTiles, masked, false>,
            sizeof(FmaShared<kWidth, kTiles>));
      } else {
        run(attention_mma_kernel<kWidth, kTiles, masked>, sizeof(MmaShared<kWidth, kTiles>));
      }
    });
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
