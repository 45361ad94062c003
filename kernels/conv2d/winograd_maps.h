// From maps to transformed tiles and back. Include only from the files that are compiled
// for one instruction set.
#pragma once

#include "kernels/common/simd.h"
#include "kernels/conv2d/winograd_kernels.h"

namespace salix::kernels::winograd {

struct TileAt {
  std::int64_t image, row, column;  // of the tile's first output pixel
};

template <int kLanes>
inline TileAt locate(const Tiling& tiling, std::int64_t tile) {
  const std::int64_t in_image = tile % (tiling.tiles_h * tiling.tiles_w);
  return {tile / (tiling.tiles_h * tiling.tiles_w), in_image / tiling.tiles_w * kTile,
          in_image % tiling.tiles_w * kTile};
}

template <int kLanes>
struct Maps {
  using Vec = typename Simd<kLanes>::Vec;

  // kLanes channels, of which only `count` exist when !kWhole.
  template <bool kWhole>
  static void input_lanes(const Tiling& tiling, const float* x, std::int64_t pixel, TileAt at,
                          std::int64_t count, float* v, std::int64_t frequency_stride) {
    Vec d[kProducts], half[kProducts];
    const std::int64_t top = at.row - tiling.pad_h, left = at.column - tiling.pad_w;
    for (int i = 0; i < kPoints; ++i) {
      const std::int64_t h = top + i;
      for (int j = 0; j < kPoints; ++j) {
        const std::int64_t w = left + j;
        Vec& value = d[i * kPoints + j];
        if (h < 0 || h >= tiling.in_h || w < 0 || w >= tiling.in_w) {
          value = Vec{};
          continue;
        }
        const float* from = x + ((at.image * tiling.in_h + h) * tiling.in_w + w) * pixel;
        value = kWhole ? load<Vec>(from) : load_some<Vec>(from, count);
      }
    }
    for (int j = 0; j < kPoints; ++j) input_transform(d + j, kPoints, half + j, kPoints);
    for (int i = 0; i < kPoints; ++i) {
      input_transform(half + i * kPoints, 1, d + i * kPoints, 1);
    }
    for (int f = 0; f < kProducts; ++f) store(v + f * frequency_stride, d[f]);
  }

  static void transform_input(const Tiling& tiling, const float* x, std::int64_t pixel,
                              std::int64_t tile, std::int64_t first_tile, Range channels,
                              Spectrum v) {
    const TileAt at = locate<kLanes>(tiling, tile);
    float* to = v.data + (tile - first_tile) * v.tile_stride;
    for (std::int64_t c = channels.begin; c < channels.end; c += kLanes) {
      const std::int64_t count = channels.end - c;
      (count >= kLanes ? input_lanes<true> : input_lanes<false>)(tiling, x + c, pixel, at, count,
                                                                 to + c, v.frequency_stride);
    }
  }

  template <bool kWhole>
  static void output_lanes(const Tiling& tiling, const float* products,
                           std::int64_t frequency_stride, TileAt at, std::int64_t count,
                           const Epilogue& epilogue, float* y, std::int64_t pixel) {
    const auto read = [&](const float* from) {
      return kWhole ? load<Vec>(from) : load_some<Vec>(from, count);
    };
    Vec m[kProducts], half[kTile * kPoints], sums[kPixels];
    for (int f = 0; f < kProducts; ++f) m[f] = load<Vec>(products + f * frequency_stride);
    for (int j = 0; j < kPoints; ++j) output_transform(m + j, kPoints, half + j, kPoints);
    for (int i = 0; i < kTile; ++i) output_transform(half + i * kPoints, 1, sums + i * kTile, 1);
    const Vec bias = epilogue.bias ? read(epilogue.bias) : Vec{};
    for (int i = 0; i < kTile && at.row + i < tiling.out_h; ++i) {
      for (int j = 0; j < kTile && at.column + j < tiling.out_w; ++j) {
        const std::int64_t place =
            ((at.image * tiling.out_h + at.row + i) * tiling.out_w + at.column + j) * pixel;
        Vec value = sums[i * kTile + j] + bias;
        if (epilogue.residual) value += read(epilogue.residual + place);
        if (epilogue.relu) value = value < Vec{} ? Vec{} : value;  // so that NaN stays
        if (kWhole) {
          store(y + place, value);
        } else {
          store_some(y + place, value, count);
        }
      }
    }
  }

  static void transform_output(const Tiling& tiling, Spectrum products, std::int64_t tile,
                               std::int64_t first_tile, Range channels, const Epilogue& epilogue,
                               float* y, std::int64_t pixel) {
    const TileAt at = locate<kLanes>(tiling, tile);
    const float* from = products.data + (tile - first_tile) * products.tile_stride;
    for (std::int64_t c = channels.begin; c < channels.end; c += kLanes) {
      const std::int64_t count = channels.end - c;
      const Epilogue here{epilogue.bias ? epilogue.bias + c : nullptr,
                          epilogue.residual ? epilogue.residual + c : nullptr, epilogue.relu};
      (count >= kLanes ? output_lanes<true> : output_lanes<false>)(tiling, from + c,
                                                                   products.frequency_stride, at,
                                                                   count, here, y + c, pixel);
    }
  }
};

}  // namespace salix::kernels::winograd
