// The inner loops of the weight's gradient. Include only from the files that are compiled
// for one instruction set.
#pragma once

#include "kernels/conv2d/winograd_maps.h"

namespace salix::kernels::winograd {

template <int kLanes>
struct Gradient {
  using Vec = typename Simd<kLanes>::Vec;
  static constexpr int kPanel = 2 * kLanes;

  static void transform(const Tiling& tiling, const float* dy, std::int64_t pixel,
                        std::int64_t tile, std::int64_t first_tile, Range channels, Spectrum e) {
    const TileAt at = locate<kLanes>(tiling, tile);
    float* to = e.data + (tile - first_tile) * e.tile_stride;
    const std::int64_t end = (channels.end + kPanel - 1) / kPanel * kPanel;
    for (std::int64_t c = channels.begin; c < end; c += kLanes) {
      const std::int64_t left = channels.end - c;
      const std::int64_t count = left < 0 ? 0 : left < kLanes ? left : kLanes;
      Vec d[kPixels], half[kPoints * kTile], products[kProducts];
      for (int i = 0; i < kTile; ++i) {
        for (int j = 0; j < kTile; ++j) {
          Vec& value = d[i * kTile + j];
          value = Vec{};
          if (at.row + i >= tiling.out_h || at.column + j >= tiling.out_w) continue;
          const std::int64_t place =
              (at.image * tiling.out_h + at.row + i) * tiling.out_w + at.column + j;
          const float* from = dy + place * pixel + c;
          value = count == kLanes ? load<Vec>(from) : load_some<Vec>(from, count);
        }
      }
      for (int j = 0; j < kTile; ++j) output_adjoint(d + j, kTile, half + j, kTile);
      for (int i = 0; i < kPoints; ++i) {
        output_adjoint(half + i * kTile, 1, products + i * kPoints, 1);
      }
      for (int f = 0; f < kProducts; ++f) store(to + f * e.frequency_stride + c, products[f]);
    }
  }

  // kSumRows x 2 vectors of sums stay in registers, in two halves where there are only 16.
  static void multiply(const float* v, std::int64_t v_stride, const float* e, std::int64_t e_stride,
                       std::int64_t tiles, std::int64_t channels, float* sums) {
    constexpr int kRows = kLanes == 16 ? kSumRows : kSumRows / 2;
    for (std::int64_t c = 0; c < channels; c += kRows) {
      Vec low[kRows], high[kRows];
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) low[r] = high[r] = Vec{};
      for (std::int64_t t = 0; t < tiles; ++t) {
        const Vec e_low = load<Vec>(e + t * e_stride);
        const Vec e_high = load<Vec>(e + t * e_stride + kLanes);
        const float* row = v + t * v_stride + c;
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) {
          low[r] += row[r] * e_low;
          high[r] += row[r] * e_high;
        }
      }
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        store(sums + (c + r) * kPanel, low[r]);
        store(sums + (c + r) * kPanel + kLanes, high[r]);
      }
    }
  }

  static void finish(const float* sums, std::int64_t frequency_stride, std::int64_t panel_index,
                     Range inputs, std::int64_t all_inputs, std::int64_t all_outputs,
                     float* dweight) {
    constexpr int kTaps = 9, kGroup = 16;
    const std::int64_t first = panel_index * kPanel;
    const std::int64_t outputs = all_outputs - first < kPanel ? all_outputs - first : kPanel;
    for (std::int64_t begin = inputs.begin; begin < inputs.end; begin += kGroup) {
      const std::int64_t count = inputs.end - begin < kGroup ? inputs.end - begin : kGroup;
      alignas(64) float taps[kTaps][kGroup][kPanel];
      for (std::int64_t c = 0; c < count; ++c) {
        const float* from = sums + (begin - inputs.begin + c) * kPanel;
        for (int lane = 0; lane < kPanel; lane += kLanes) {
          Vec u[kProducts], half[3 * kPoints], g[kTaps];
          for (int f = 0; f < kProducts; ++f) u[f] = load<Vec>(from + f * frequency_stride + lane);
          for (int j = 0; j < kPoints; ++j) weight_adjoint(u + j, kPoints, half + j, kPoints);
          for (int r = 0; r < 3; ++r) weight_adjoint(half + r * kPoints, 1, g + r * 3, 1);
          for (int tap = 0; tap < kTaps; ++tap) store(&taps[tap][c][lane], g[tap]);
        }
      }
      for (std::int64_t o = 0; o < outputs; ++o) {
        for (int tap = 0; tap < kTaps; ++tap) {
          float* to = dweight + ((first + o) * kTaps + tap) * all_inputs + begin;
          for (std::int64_t c = 0; c < count; ++c) to[c] = taps[tap][c][o];
        }
      }
    }
  }
};

}  // namespace salix::kernels::winograd
