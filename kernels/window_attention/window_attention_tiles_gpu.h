// Tiles of a window's rows (tokens) in shared memory, and products of them whose sums lie in
// registers: in float by multiply-adds, in bfloat16 on the tensor cores.
#pragma once

#include "kernels/common/pack.h"
#include "kernels/common/ptx_gpu.h"
#include "kernels/window_attention/window_attention_gpu.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

template <typename T, int N>
__device__ Pack<T, N> load_run(const void* from) {
  return *static_cast<const Pack<T, N>*>(from);
}

template <typename T, int N>
__device__ void store_run(void* to, const Pack<T, N>& run) {
  *static_cast<Pack<T, N>*>(to) = run;
}

// A head's channels of an image's pixels, in a map whose pixels lie `step` elements apart.
template <typename T>
struct HeadRows {
  T* first;
  long long step;
  __device__ T* row(const WindowTables& tables, int token) const {
    return first + tables.pixel[token] * step;
  }
};
// Of y or dy (parts 1), or of a part of qkv or dqkv (parts 3).
template <typename T>
__device__ HeadRows<T> head_rows(T* map, const AttentionSizes& sizes, const AttentionPlace& at,
                                 int head, int parts, int part) {
  const long long channels = static_cast<long long>(sizes.heads) * sizes.width;
  // All of it in 64 bits: otherwise nvcc 13.0 splits the 16-byte stores that follow.
  const long long first =
      (at.first_pixel * parts + part) * channels + static_cast<long long>(head) * sizes.width;
  return {map + first, parts * channels};
}

// Copies rows into a tile, 16 bytes a thread; zeros behind the last token. `place(row, channel)`
// says where in the tile. Neighbouring threads read a row from end to end, so that whole 32-byte
// sectors come (half ones with 8 channels in bfloat16: the other half is the next head's, whose
// block runs beside this one and finds it in the L2 cache).
template <int kWidth, int kRows, typename T, typename Place>
__device__ void stage_rows(const HeadRows<const T>& from, const WindowTables& tables, int tokens,
                           T* tile, const Place& place) {
  constexpr int kRun = kPackWidth<T>, kRuns = kWidth / kRun;
#pragma unroll
  for (int first = 0; first < kRows * kRuns; first += kAttentionThreads) {
    const int i = first + static_cast<int>(threadIdx.x), row = i / kRuns,
              channel = i % kRuns * kRun;
    if (i >= kRows * kRuns) break;
    copy_async(tile + place(row, channel), from.row(tables, row) + channel, row < tokens);
  }
}

// --- Float. A block's threads hold FmaLanes' scores; of an output row, a lane holds kWidth / 8
// neighbouring channels. Shared memory bounds these loops: a warp's 16-byte load takes four cycles,
// and feeds 10 (scores) or 8 (outputs, dq) of its multiply-adds, of which four issue per cycle. ---

// Four floats of padding: the rows of eight lanes then lie in different banks.
template <int kWidth>
constexpr int kFloatStride = kWidth + 4;

// Rows of scores, and before that the queries; padded for the same reason.
template <int kTiles>
constexpr int kScoreStride = 8 * kTiles + 4;

template <int kWidth, int kRows>
__device__ void stage_floats(const HeadRows<const float>& from, const WindowTables& tables,
                             int tokens, float* tile, int stride) {
  stage_rows<kWidth, kRows>(from, tables, tokens, tile,
                            [&](int row, int channel) { return row * stride + channel; });
}
// For widths and types without a kernel of their own: the slice of kWidth channels from
// `channel` on, zeros behind the last channel.
template <int kWidth, int kRows, typename T>
__device__ void stage_slice(const HeadRows<const T>& from, const WindowTables& tables, int tokens,
                            int channel, int channels, float* tile, int stride) {
  for (int i = static_cast<int>(threadIdx.x); i < kRows * kWidth; i += kAttentionThreads) {
    const int row = i / kWidth, c = i % kWidth;
    const bool inside = row < tokens && channel + c < channels;
    tile[row * stride + c] = inside ? static_cast<float>(from.row(tables, row)[channel + c]) : 0.0f;
  }
}

// sums(r,c) += the product of row r of `left` and row c of `right`, along kWidth channels.
template <int kWidth, int kTiles>
__device__ void add_products(const float* left, int stride, const float* right,
                             float (&sums)[FmaLanes::kRows][kTiles]) {
  left += FmaLanes::row(0) * stride;
  right += FmaLanes::column(0) * kFloatStride<kWidth>;
#pragma unroll 2
  for (int channel = 0; channel < kWidth; channel += 4) {
    Pack<float, 4> rows[FmaLanes::kRows];
    for (int r = 0; r < FmaLanes::kRows; ++r)
      rows[r] = load_run<float, 4>(left + r * stride + channel);
#pragma unroll
    for (int c = 0; c < kTiles; ++c) {
      const auto column = load_run<float, 4>(right + 8 * c * kFloatStride<kWidth> + channel);
#pragma unroll
      for (int r = 0; r < FmaLanes::kRows; ++r) {
        for (int k = 0; k < 4; ++k) sums[r][c] += rows[r].value[k] * column.value[k];
      }
    }
  }
}

// sums(r) += sum over keys j of weights(r,j) tile(j).
template <int kWidth, int kTiles>
__device__ void add_weighted_keys(const float* weights, const float* tile, int tokens,
                                  float (&sums)[FmaLanes::kRows][kWidth / 8]) {
  weights += FmaLanes::row(0) * kScoreStride<kTiles>;
  tile += FmaLanes::column(0) * (kWidth / 8);
  for (int j = 0; j < tokens; j += 4) {  // weights and rows behind the last token are zeros
    Pack<float, 4> row[FmaLanes::kRows];
    for (int r = 0; r < FmaLanes::kRows; ++r) {
      row[r] = load_run<float, 4>(weights + r * kScoreStride<kTiles> + j);
    }
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const auto values = load_run<float, kWidth / 8>(tile + (j + k) * kFloatStride<kWidth>);
#pragma unroll
      for (int r = 0; r < FmaLanes::kRows; ++r) {
        for (int c = 0; c < kWidth / 8; ++c) sums[r][c] += row[r].value[k] * values.value[c];
      }
    }
  }
}

// sums(r) += sum over queries i of weights(i,r) tile(i), for the keys r.
template <int kWidth, int kTiles>
__device__ void add_weighted_queries(const float* weights, const float* tile, int tokens,
                                     float (&sums)[FmaLanes::kRows][kWidth / 8]) {
  weights += FmaLanes::row(0);
  tile += FmaLanes::column(0) * (kWidth / 8);
#pragma unroll 2
  for (int i = 0; i < tokens; ++i) {
    const auto factors = load_run<float, FmaLanes::kRows>(weights + i * kScoreStride<kTiles>);
    const auto values = load_run<float, kWidth / 8>(tile + i * kFloatStride<kWidth>);
    for (int r = 0; r < FmaLanes::kRows; ++r) {
      for (int c = 0; c < kWidth / 8; ++c) sums[r][c] += factors.value[r] * values.value[c];
    }
  }
}

// Writes a lane's channels of its four rows, times `factor`; with a slice, from `channel` on.
template <bool kSliced, int kRun, typename T>
__device__ void store_rows(const float (&sums)[FmaLanes::kRows][kRun], float factor,
                           const HeadRows<T>& to, const WindowTables& tables,
                           const AttentionSizes& sizes, int channel) {
  channel += FmaLanes::column(0) * kRun;
#pragma unroll
  for (int r = 0; r < FmaLanes::kRows; ++r) {
    const int token = FmaLanes::row(r);
    if (token >= sizes.grid.tokens()) continue;
    Pack<T, kRun> run;
#pragma unroll
    for (int c = 0; c < kRun; ++c) run.value[c] = static_cast<T>(sums[r][c] * factor);
    T* const first = to.row(tables, token) + channel;
    if constexpr (kSliced) {
      for (int c = 0; c < kRun && channel + c < sizes.width; ++c) first[c] = run.value[c];
    } else {
      store_run(first, run);
    }
  }
}

// --- bfloat16. A product's order of summation is free, and so is which output a column stands for.
// So the lanes of a row take neighbouring channels, kWidth / 4 each, where the tensor cores speak
// of columns 2t and 2t + 8: whole runs are then loaded and stored, up to 16 bytes, with no
// rearrangement. With 32 channels a warp makes 30 products of 16x8x16 forward and 76 backward: too
// few for the tensor cores to be what bounds the kernels. ---

// A lane's channels of a row, two to a register.
template <int kWidth>
using RowRun = Pack<unsigned, kWidth / 8>;

// Where a channel of a tile [rows][kWidth] lies. Both kinds of reading find 32 different banks:
// rows g = 0..7 by runs t of kWidth / 4, and rows 0, 2, 4, 6 or 1, 3, 5, 7 by runs g of kWidth / 8.
template <int kWidth>
__device__ int tile_place(int row, int channel) {
  if constexpr (kWidth == 32) return (row ^ (row >> 1 & 1)) * 32 + (channel ^ (row & 4) * 4);
  if constexpr (kWidth == 16) return (row ^ (row >> 2 & 1)) * 16 + channel;
  return row * kWidth + channel;
}

template <int kWidth, int kRows>
__device__ void stage_tile(const HeadRows<const bfloat16>& from, const WindowTables& tables,
                           int tokens, bfloat16* tile) {
  stage_rows<kWidth, kRows>(from, tables, tokens, tile, tile_place<kWidth>);
}

// The run of row first + g, for a multiple `first` of 8.
template <int kWidth>
__device__ RowRun<kWidth> row_run(const bfloat16* tile, int first) {
  const int g = static_cast<int>(threadIdx.x) % 32 / 4, t = static_cast<int>(threadIdx.x) % 4;
  return load_run<unsigned, kWidth / 8>(tile + first * kWidth +
                                        tile_place<kWidth>(g, kWidth / 4 * t));
}
// The runs of a warp's rows g and g + 8.
template <int kWidth>
struct RowRuns {
  RowRun<kWidth> upper, lower;
  __device__ explicit RowRuns(const bfloat16* tile)
      : upper(row_run<kWidth>(tile, MmaLanes::row(0) / 8 * 8)),
        lower(row_run<kWidth>(tile, MmaLanes::row(0) / 8 * 8 + 8)) {}
};

// sums(r,c) += the product of the warp's rows and rows c of `right`, along the channels.
template <int kWidth, int kColumns>
__device__ void add_products(const RowRuns<kWidth>& left, const bfloat16* right,
                             float (&sums)[MmaLanes::kRows][kColumns]) {
#pragma unroll
  for (int c = 0; c < kColumns; c += 2) {
    const RowRun<kWidth> column = row_run<kWidth>(right, c * 4);
#pragma unroll
    for (int k = 0; k < kWidth / 8; k += 2) {
      constexpr int kNext = kWidth > 8 ? 1 : 0;  // with 8 channels, half the product is zeros
      const unsigned a[4] = {left.upper.value[k], left.lower.value[k],
                             kNext ? left.upper.value[k + kNext] : 0,
                             kNext ? left.lower.value[k + kNext] : 0};
      const unsigned b[2] = {column.value[k], kNext ? column.value[k + kNext] : 0};
      add_tile_product(a, b, sums[0][c], sums[0][c + 1], sums[1][c], sums[1][c + 1]);
    }
  }
}

// A lane's share of 16 output rows, g and g + 8: of columns 2t and 2t + 1 of each of kWidth / 8
// products, which stand for its kWidth / 4 neighbouring channels.
template <int kWidth>
struct OutputRuns {
  static constexpr int kProducts = kWidth / 8;
  float sums[2][2][kProducts] = {};

  // += a times the 16 rows of `tile` from `first` on, or the first 8 of them.
  template <bool kHalf = false>
  __device__ void add(const unsigned (&a)[4], const bfloat16* tile, int first) {
    const int g = static_cast<int>(threadIdx.x) % 32 / 4, t = static_cast<int>(threadIdx.x) % 4;
    const auto row = [&](int next, int below) {
      return load_run<bfloat16, kProducts>(tile + (first + below) * kWidth +
                                           tile_place<kWidth>(2 * t + next, kProducts * g));
    };
    const auto even = row(0, 0), odd = row(1, 0);
    const auto even_below = row(0, kHalf ? 0 : 8), odd_below = row(1, kHalf ? 0 : 8);
    const auto pair = [](bfloat16 low, bfloat16 high) {
      return low.bits | static_cast<unsigned>(high.bits) << 16;
    };
#pragma unroll
    for (int i = 0; i < kProducts; ++i) {
      const unsigned b[2] = {pair(even.value[i], odd.value[i]),
                             kHalf ? 0 : pair(even_below.value[i], odd_below.value[i])};
      add_tile_product(a, b, sums[0][0][i], sums[0][1][i], sums[1][0][i], sums[1][1][i]);
    }
  }

  // Writes row g (which 0) or g + 8 (which 1), times `factor`, to a token's first channel.
  __device__ void store(int which, float factor, bfloat16* to) const {
    const float(&runs)[2][kProducts] = sums[which];
    const auto value = [&](int i) { return runs[i / kProducts][i % kProducts] * factor; };
    RowRun<kWidth> run;
#pragma unroll
    for (int i = 0; i < kProducts; ++i)
      run.value[i] = pack_bfloat16(value(2 * i), value(2 * i + 1));
    const int t = static_cast<int>(threadIdx.x) % 4;
    store_run(to + kWidth / 4 * t, run);
  }
};

// += weights times the rows of `tile`, one per column, where the lanes hold the weights as a
// product left them: just as the next product wants its left side.
template <int kWidth, int kColumns>
__device__ void add_weighted_keys(const float (&weights)[MmaLanes::kRows][kColumns],
                                  const bfloat16* tile, OutputRuns<kWidth>& outputs) {
#pragma unroll
  for (int c = 0; c < kColumns; c += 4) {
    const auto pair = [&](int r, int column) {
      return pack_bfloat16(weights[r][column], weights[r][column + 1]);
    };
    if (c + 2 < kColumns) {
      const unsigned a[4] = {pair(0, c), pair(1, c), pair(0, c + 2), pair(1, c + 2)};
      outputs.add(a, tile, c * 4);
    } else {
      const unsigned a[4] = {pair(0, c), pair(1, c), 0, 0};
      outputs.template add<true>(a, tile, c * 4);
    }
  }
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
