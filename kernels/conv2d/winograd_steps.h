// The steps of a Winograd convolution, each over a part of its work, and the memory between
// them. The work is cut here; winograd_kernels.h has the inner loops.
#pragma once

#include "engine/shape.h"
#include "kernels/conv2d/winograd_kernels.h"

namespace salix::kernels::winograd {

struct Layer {
  Tiling tiling;
  Filters filters;
  const float* x;
  Epilogue epilogue;
  float* y;
};

// Tiles [tiles.begin, tiles.end) on their way from x to y.
struct Block {
  Range tiles;
  Spectrum v, products;

  std::int64_t count() const { return tiles.end - tiles.begin; }
};

inline std::int64_t divide_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }
// All strides are odd numbers of cache lines: with a power of two, all products of one
// element would share a few sets of the cache (the weights of a 64-channel layer take five
// times as long to transform).
inline std::int64_t odd_lines(std::int64_t floats) {
  constexpr std::int64_t kLine = 16;
  return (divide_up(floats, kLine) | 1) * kLine;
}

Tiling tiling_of(const Shape& in, const Shape& out, std::int64_t pad_h, std::int64_t pad_w);
std::int64_t tiles_of(const Tiling& tiling);
std::int64_t panels_of(const Filters& filters);

// Memory of `tiles` transformed tiles: its size in floats, and it cut to rows.
std::int64_t spectrum_size(std::int64_t tiles, std::int64_t channels);
Spectrum spectrum_at(float* memory, std::int64_t tiles, std::int64_t channels);

// `memory` has room for block_bytes of as many tiles as the range has.
Block block_of(const Layer& layer, Range tiles, float* memory);
std::size_t block_bytes(const Layer& layer, std::int64_t tiles);

// Items: tiles x groups of kInputGroup channels.
inline constexpr std::int64_t kInputGroup = 128;
std::int64_t input_items(const Layer& layer, const Block& block);
void transform_inputs(const Layer& layer, const Block& block, Range items);

// One product of one panel of outputs, whose weight is given.
void multiply_panel(const Layer& layer, const Block& block, std::int64_t f, std::int64_t panel,
                    const float* weight);
// Items: products x panels of a weight of weight_bytes.
void multiply(const Layer& layer, const Block& block, const float* weight, Range items);

// Items: tiles.
void transform_outputs(const Layer& layer, const Block& block, Range items);

std::size_t weight_bytes(const Filters& filters);
void transform_weight(const Filters& filters, float* transformed);
// One panel alone, to `to`, each product `stride` floats behind the one before.
void transform_panel(const Filters& filters, std::int64_t panel, Range inputs, float* to,
                     std::int64_t stride);

}  // namespace salix::kernels::winograd
