#include "kernels/conv2d/winograd_steps.h"

#include <algorithm>

#include "engine/parallel.h"

namespace salix::kernels::winograd {
namespace {

std::int64_t tile_stride(std::int64_t channels) {
  return odd_lines(divide_up(channels, kernels().panel) * kernels().panel);
}
std::int64_t frequency_stride(std::int64_t tiles, std::int64_t channels) {
  return odd_lines(tiles * tile_stride(channels));
}
std::int64_t weight_stride(const Filters& filters) {
  return odd_lines(panels_of(filters) * kernels().panel * filters.inputs);
}

}  // namespace

std::int64_t spectrum_size(std::int64_t tiles, std::int64_t channels) {
  return kProducts * frequency_stride(tiles, channels);
}
Spectrum spectrum_at(float* memory, std::int64_t tiles, std::int64_t channels) {
  return {memory, tile_stride(channels), frequency_stride(tiles, channels)};
}

std::int64_t panels_of(const Filters& filters) {
  return divide_up(filters.outputs, kernels().panel);
}
std::size_t weight_bytes(const Filters& filters) {
  return static_cast<std::size_t>(kProducts * weight_stride(filters)) * sizeof(float);
}

void transform_panel(const Filters& filters, std::int64_t panel, Range inputs, float* to,
                     std::int64_t stride) {
  for (std::int64_t c = inputs.begin; c < inputs.end; c += kWeightChannels) {
    const Range group{c, std::min(c + kWeightChannels, inputs.end)};
    kernels().transform_weight(filters, panel, group, to, stride);
  }
}

void transform_weight(const Filters& filters, float* transformed) {
  constexpr std::int64_t kGroup = 4 * kWeightChannels;
  const std::int64_t groups = divide_up(filters.inputs, kGroup);
  parallel_for(panels_of(filters) * groups, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t panel = item / groups, first = item % groups * kGroup;
      transform_panel(filters, panel, {first, std::min(first + kGroup, filters.inputs)},
                      transformed + panel * filters.inputs * kernels().panel,
                      weight_stride(filters));
    }
  });
}

std::int64_t input_items(const Layer& layer, const Block& block) {
  return block.count() * divide_up(layer.filters.inputs, kInputGroup);
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

void multiply_panel(const Layer& layer, const Block& block, std::int64_t f, std::int64_t panel,
                    const float* weight) {
  kernels().multiply(
      block.v.data + f * block.v.frequency_stride, block.v.tile_stride, block.count(),
      layer.filters.inputs, weight,
      block.products.data + f * block.products.frequency_stride + panel * kernels().panel,
      block.products.tile_stride);
}

void multiply(const Layer& layer, const Block& block, const float* weight, Range items) {
  const std::int64_t panels = panels_of(layer.filters);
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    const std::int64_t f = item / panels, panel = item % panels;
    multiply_panel(
        layer, block, f, panel,
        weight + f * weight_stride(layer.filters) + panel * layer.filters.inputs * kernels().panel);
  }
}

void transform_outputs(const Layer& layer, const Block& block, Range items) {
  const std::int64_t outputs = layer.filters.outputs;
  for (std::int64_t item = items.begin; item < items.end; ++item) {
    kernels().transform_output(layer.tiling, block.products, block.tiles.begin + item,
                               block.tiles.begin, {0, outputs}, layer.epilogue, layer.y, outputs);
  }
}

Block block_of(const Layer& layer, Range tiles, float* memory) {
  const std::int64_t count = tiles.end - tiles.begin;
  const std::int64_t inputs = layer.filters.inputs;
  return {tiles, spectrum_at(memory, count, inputs),
          spectrum_at(memory + spectrum_size(count, inputs), count, layer.filters.outputs)};
}
std::size_t block_bytes(const Layer& layer, std::int64_t tiles) {
  return static_cast<std::size_t>(spectrum_size(tiles, layer.filters.inputs) +
                                  spectrum_size(tiles, layer.filters.outputs)) *
         sizeof(float);
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

std::int64_t tiles_of(const Tiling& tiling) {
  return tiling.images * tiling.tiles_h * tiling.tiles_w;
}

}  // namespace salix::kernels::winograd
