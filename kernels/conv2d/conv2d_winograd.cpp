#include "kernels/conv2d/conv2d_winograd.h"

#include <algorithm>
#include <memory>

#include "engine/parallel.h"
#include "kernels/conv2d/winograd_kernels.h"

namespace salix::kernels::winograd {
namespace {

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
};

std::int64_t divide_up(std::int64_t value, std::int64_t by) { return (value + by - 1) / by; }

// All strides are odd numbers of cache lines: with a power of two, all frequencies of one
// element would share a few sets of the cache (the weights of a 64-channel layer take five
// times as long to transform).
constexpr std::int64_t kLine = 16;
std::int64_t odd_lines(std::int64_t floats) { return (divide_up(floats, kLine) | 1) * kLine; }

std::int64_t tile_stride(std::int64_t channels) {
  return odd_lines(divide_up(channels, kernels().panel) * kernels().panel);
}
std::int64_t frequency_stride(std::int64_t tiles, std::int64_t channels) {
  return odd_lines(tiles * tile_stride(channels));
}
std::int64_t spectrum_size(std::int64_t tiles, std::int64_t channels) {
  return kProducts * frequency_stride(tiles, channels);
}

std::int64_t panels_of(const Filters& filters) {
  return divide_up(filters.outputs, kernels().panel);
}
std::int64_t weight_stride(const Filters& filters) {
  return odd_lines(panels_of(filters) * kernels().panel * filters.inputs);
}
std::size_t weight_bytes(const Filters& filters) {
  return static_cast<std::size_t>(kProducts * weight_stride(filters)) * sizeof(float);
}

void transform_weight(const Filters& filters, float* transformed) {
  const std::int64_t groups = divide_up(filters.inputs, kWeightChannels);
  const std::int64_t work = kProducts * kWeightChannels * kernels().panel;
  parallel_for(panels_of(filters) * groups, grain_for(work), [&](auto begin, auto end) {
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t first = item % groups * kWeightChannels;
      const Range inputs{first, std::min(first + kWeightChannels, filters.inputs)};
      kernels().transform_weight(filters, item / groups, inputs, transformed,
                                 weight_stride(filters));
    }
  });
}

// --- The three steps of a block, each over a part of its work. ---

// Items: tiles x groups of channels.
constexpr std::int64_t kInputGroup = 128;
std::int64_t input_items(const Layer& layer, const Block& block) {
  return (block.tiles.end - block.tiles.begin) * divide_up(layer.filters.inputs, kInputGroup);
}
void transform_inputs(const Layer& layer, const Block& block, Range items) {
  const std::int64_t inputs = layer.filters.inputs, groups = divide_up(inputs, kInputGroup);
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    const std::int64_t first = item % groups * kInputGroup;
    kernels().transform_input(layer.tiling, layer.x, inputs, block.tiles.begin + item / groups,
                              block.tiles.begin, {first, std::min(first + kInputGroup, inputs)},
                              block.v);
  }
}

// Items: frequencies x panels.
void multiply(const Layer& layer, const Block& block, const float* weight, Range items) {
  const std::int64_t panels = panels_of(layer.filters), inputs = layer.filters.inputs;
  const std::int64_t panel = kernels().panel;
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    const std::int64_t f = item / panels, first = item % panels * panel;
    kernels().multiply(block.v.data + f * block.v.frequency_stride, block.v.tile_stride,
                       block.tiles.end - block.tiles.begin, inputs,
                       weight + f * weight_stride(layer.filters) + first * inputs,
                       block.products.data + f * block.products.frequency_stride + first,
                       block.products.tile_stride);
  }
}

// Items: tiles.
void transform_outputs(const Layer& layer, const Block& block, Range items) {
  const std::int64_t outputs = layer.filters.outputs;
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    kernels().transform_output(layer.tiling, block.products, block.tiles.begin + item,
                               block.tiles.begin, {0, outputs}, layer.epilogue, layer.y, outputs);
  }
}

// `memory` has room for both spectra of as many tiles as the range has.
Block block_of(const Layer& layer, Range tiles, float* memory) {
  const std::int64_t count = tiles.end - tiles.begin;
  const auto [unused, outputs, inputs, backwards] = layer.filters;
  return {tiles,
          {memory, tile_stride(inputs), frequency_stride(count, inputs)},
          {memory + spectrum_size(count, inputs), tile_stride(outputs),
           frequency_stride(count, outputs)}};
}
std::size_t block_bytes(const Layer& layer, std::int64_t tiles) {
  return static_cast<std::size_t>(spectrum_size(tiles, layer.filters.inputs) +
                                  spectrum_size(tiles, layer.filters.outputs)) *
         sizeof(float);
}

std::int64_t tiles_of(const Tiling& tiling) {
  return tiling.images * tiling.tiles_h * tiling.tiles_w;
}

// One thread takes a block through all steps while it lies in its cache (half of a 1 MiB L2:
// the weights pass through the rest), so threads meet once a layer.
constexpr std::int64_t kBlockBytes = 512 << 10, kMaxBlock = 26;
std::int64_t cached_block(const Layer& layer) {
  const std::int64_t group = kernels().tiles;
  const std::int64_t per_tile =
      kProducts * (layer.filters.inputs + layer.filters.outputs) * std::int64_t{sizeof(float)};
  return std::max<std::int64_t>(std::min(kBlockBytes / per_tile, kMaxBlock) / group, 1) * group;
}

void convolve_block_by_block(Exec& exec, const Layer& layer, const float* weight,
                             std::int64_t blocks) {
  const std::int64_t tiles = tiles_of(layer.tiling);
  parallel_for(blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    const Scratch scratch(exec, block_bytes(layer, divide_up(tiles, blocks)));
    for (std::int64_t index = begin; index < end; ++index) {
      const Block block = block_of(layer, {tiles * index / blocks, tiles * (index + 1) / blocks},
                                   scratch.as<float>());
      transform_inputs(layer, block, {0, input_items(layer, block)});
      multiply(layer, block, weight, {0, kProducts * panels_of(layer.filters)});
      transform_outputs(layer, block, {0, block.tiles.end - block.tiles.begin});
    }
  });
}

// For few tiles and many channels: each thread reads its part of the weight only.
void convolve_step_by_step(Exec& exec, const Layer& layer, const float* weight) {
  const std::int64_t tiles = tiles_of(layer.tiling);
  const Scratch scratch(exec, block_bytes(layer, tiles));
  const Block block = block_of(layer, {0, tiles}, scratch.as<float>());
  const std::int64_t inputs = layer.filters.inputs, outputs = layer.filters.outputs;
  parallel_for(input_items(layer, block), grain_for(4 * kProducts * kInputGroup),
               [&](auto begin, auto end) {
                 transform_inputs(layer, block, {begin, end});
               });
  parallel_for(kProducts * panels_of(layer.filters), grain_for(tiles * inputs),
               [&](auto begin, auto end) {
                 multiply(layer, block, weight, {begin, end});
               });
  parallel_for(tiles, grain_for(4 * kProducts * outputs), [&](auto begin, auto end) {
    transform_outputs(layer, block, {begin, end});
  });
}

// Every sum is made by one thread in the order of the channels, so neither the way nor the
// thread count changes a bit.
void convolve(Exec& exec, const Layer& layer, const float* weight) {
  const std::int64_t blocks = divide_up(tiles_of(layer.tiling), cached_block(layer));
  if (blocks >= 2 * thread_count() || thread_count() == 1) {
    convolve_block_by_block(exec, layer, weight, blocks);
  } else {
    convolve_step_by_step(exec, layer, weight);
  }
}

Tiling tiling_of(const Shape& in, const Shape& out, std::int64_t pad_h, std::int64_t pad_w) {
  return {in[0],
          in[1],
          in[2],
          out[1],
          out[2],
          pad_h,
          pad_w,
          divide_up(out[1], kTile),
          divide_up(out[2], kTile)};
}

struct TransformedWeight {
  const void* source = nullptr;
  std::unique_ptr<Scratch> buffer;
};

void run(Exec& exec, const Layer& layer, PackedWeight* packed) {
  const auto make = [&] {
    auto buffer = std::make_unique<Scratch>(exec, weight_bytes(layer.filters));
    transform_weight(layer.filters, buffer->as<float>());
    return buffer;
  };
  if (!packed) return convolve(exec, layer, make()->as<float>());
  auto& kept = packed->content<TransformedWeight>();
  if (kept.source != layer.filters.data) kept = {layer.filters.data, make()};
  convolve(exec, layer, kept.buffer->as<float>());
}

}  // namespace

bool can_run(const ConstView& x, const ConstView& weight, const Conv2dParams& params) {
  const auto in_range = [](int padding) { return padding >= 0 && padding <= 2; };
  return x.dtype == DType::kFloat32 && weight.dim(1) == 3 && weight.dim(2) == 3 &&
         params.stride.h == 1 && params.stride.w == 1 && params.dilation.h == 1 &&
         params.dilation.w == 1 && params.groups == 1 && in_range(params.padding.h) &&
         in_range(params.padding.w);
}

// Time per pair of channels on two Zen 4 cores, in ns: direct 0.09 per output pixel; here
// 0.36 per tile, 6 for the transformed weight's 144 bytes from memory, 5 to 14 to make them.
// Layers of a2s, ms, direct -> this: 64@80x80 2.03 -> 1.00, 128@40x40 1.96 -> 0.80,
// 256@20x20 1.92 -> 0.92, 512@10x10 1.94 -> 1.62, 512->64@40x40 4.04 -> 1.75,
// 1024->64@20x20 1.96 -> 1.27, 2048->64@10x10 0.92 -> 1.34.
bool suits(const ConstView& x, const ConstView& weight, const Conv2dParams& params,
           bool packed_weight) {
  if (!can_run(x, weight, params)) return false;
  const Shape out = conv2d_output_shape(x.shape, weight.shape, params);
  const std::int64_t tiles = tiles_of(tiling_of(x.shape, out, 0, 0));
  const std::int64_t fewer = std::min(weight.dim(0), weight.dim(3));
  // The transforms cost as much as that many channels of products.
  constexpr std::int64_t kMinChannels = 32;
  // Below, the weight's traffic outweighs the products saved; a kept weight of many channels
  // needs fewer tiles, as a direct sum reads it once per few pixels too.
  constexpr std::int64_t kMinTiles = 25, kMinTilesKept = 9, kManyChannels = 256;
  const bool few_tiles_do = packed_weight && fewer >= kManyChannels;
  // Cut tiles at the border do the work of whole ones.
  const bool saves_half = 9 * out[0] * out[1] * out[2] >= 2 * kProducts * tiles;
  return fewer >= kMinChannels && saves_half && tiles >= (few_tiles_do ? kMinTilesKept : kMinTiles);
}

void conv2d(Exec& exec, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight* packed) {
  SALIX_ASSERT(can_run(x, weight, params));
  run(exec,
      {tiling_of(x.shape, y.shape, params.padding.h, params.padding.w),
       {weight.as<float>(), weight.dim(0), weight.dim(3), false},
       x.as<float>(),
       {bias.empty() ? nullptr : bias.as<float>(),
        residual.empty() ? nullptr : residual.as<float>(), params.relu},
       y.as<float>()},
      packed);
}

// dx is the convolution of dy, padded by 2 - padding, with the turned filters.
void conv2d_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                          Conv2dParams params) {
  SALIX_ASSERT(can_run(dx, weight, params));
  run(exec,
      {tiling_of(dy.shape, dx.shape, 2 - params.padding.h, 2 - params.padding.w),
       {weight.as<float>(), weight.dim(3), weight.dim(0), true},
       dy.as<float>(),
       {nullptr, nullptr, false},
       dx.as<float>()},
      nullptr);
}

}  // namespace salix::kernels::winograd
