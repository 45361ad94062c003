#include "kernels/conv2d/conv2d_winograd.h"

#include <algorithm>
#include <memory>

#include "engine/parallel.h"
#include "kernels/conv2d/winograd_steps.h"

namespace salix::kernels::winograd {
namespace {

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
      transform_outputs(layer, block, {0, block.count()});
    }
  });
}

// All tiles at once, one step after the other; multiply_all(block) is the middle one.
template <typename MultiplyAll>
void convolve_step_by_step(Exec& exec, const Layer& layer, const MultiplyAll& multiply_all) {
  const std::int64_t tiles = tiles_of(layer.tiling);
  const Scratch scratch(exec, block_bytes(layer, tiles));
  const Block block = block_of(layer, {0, tiles}, scratch.as<float>());
  parallel_for(input_items(layer, block), grain_for(4 * kProducts * kInputGroup),
               [&](auto begin, auto end) {
                 transform_inputs(layer, block, {begin, end});
               });
  multiply_all(block);
  parallel_for(tiles, grain_for(4 * kProducts * layer.filters.outputs), [&](auto begin, auto end) {
    transform_outputs(layer, block, {begin, end});
  });
}

// For few tiles and many channels: each thread reads its part of the weight only.
void convolve_by_product(Exec& exec, const Layer& layer, const float* weight) {
  convolve_step_by_step(exec, layer, [&](const Block& block) {
    const std::int64_t work = block.count() * layer.filters.inputs;
    parallel_for(kProducts * panels_of(layer.filters), grain_for(work), [&](auto begin, auto end) {
      multiply(layer, block, weight, {begin, end});
    });
  });
}

// For a large weight that is used once: a panel is multiplied where it was transformed, in
// cache. Four times the weight would else go to memory and come back.
void convolve_by_panel(Exec& exec, const Layer& layer) {
  const Filters& filters = layer.filters;
  const std::int64_t stride = odd_lines(kernels().panel * filters.inputs);
  convolve_step_by_step(exec, layer, [&](const Block& block) {
    parallel_for(panels_of(filters), 1, [&](std::int64_t begin, std::int64_t end) {
      const Scratch weight(exec, static_cast<std::size_t>(kProducts * stride) * sizeof(float));
      for (std::int64_t panel = begin; panel < end; ++panel) {
        transform_panel(filters, panel, {0, filters.inputs}, weight.as<float>(), stride);
        for (std::int64_t f = 0; f < kProducts; ++f) {
          multiply_panel(layer, block, f, panel, weight.as<float>() + f * stride);
        }
      }
    });
  });
}

// Every sum is made by one thread in the order of the channels, so neither the way nor the
// thread count changes a bit.
void convolve(Exec& exec, const Layer& layer, const float* weight) {
  const std::int64_t blocks = divide_up(tiles_of(layer.tiling), cached_block(layer));
  if (blocks >= 2 * thread_count() || thread_count() == 1) {
    convolve_block_by_block(exec, layer, weight, blocks);
  } else {
    convolve_by_product(exec, layer, weight);
  }
}

struct TransformedWeight {
  const void* source = nullptr;
  std::unique_ptr<Scratch> buffer;
};

void run(Exec& exec, const Layer& layer, PackedWeight* packed) {
  const auto make = [&](const Filters& filters) {
    auto buffer = std::make_unique<Scratch>(exec, weight_bytes(filters));
    transform_weight(filters, buffer->as<float>());
    return buffer;
  };
  if (!packed) {
    constexpr std::size_t kLargeWeight = 4 << 20;
    const bool by_panel = weight_bytes(layer.filters) > kLargeWeight &&
                          panels_of(layer.filters) >= 2 * thread_count();
    return by_panel ? convolve_by_panel(exec, layer)
                    : convolve(exec, layer, make(layer.filters)->as<float>());
  }
  auto& kept = packed->content<TransformedWeight>();
  if (kept.source != layer.filters.data) {
    const std::shared_ptr<const void> plain = packed->plain(layer.filters.data);
    Filters filters = layer.filters;
    filters.data = static_cast<const float*>(plain.get());
    kept = {layer.filters.data, make(filters)};
  }
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

// Layers of a2s on two Zen 4 cores, ms, oneDNN 2.6.3's direct sum -> this.
// Weight kept, batch 1: 64@80x80 2.03 -> 0.92, 128@40x40 1.96 -> 0.75, 256@20x20 1.92 -> 0.68,
// 512@10x10 2.02 -> 1.10, 512->64@40x40 4.04 -> 1.75, 1024->64@20x20 1.99 -> 0.76,
// 2048->64@10x10 0.97 -> 0.54. Weight new, batch 2, forward and dx: 256@20x20 4.6 -> 2.3 and
// 5.4 -> 2.3, 512@10x10 6.0 -> 4.3 and 5.4 -> 4.0; at batch 1 the latter does not pay. With
// AVX2 only, both sides, the same sizes win: 64@80x80 2.26 -> 0.83, 512@10x10 2.40 -> 1.95.
bool suits(const ConstView& x, const ConstView& weight, const Conv2dParams& params,
           bool packed_weight) {
  if (!can_run(x, weight, params)) return false;
  const Shape out = conv2d_output_shape(x.shape, weight.shape, params);
  const std::int64_t tiles = tiles_of(tiling_of(x.shape, out, 0, 0));
  const std::int64_t channels = std::min(weight.dim(0), weight.dim(3));
  // The transforms cost as much as that many channels of products.
  constexpr std::int64_t kMinChannels = 32;
  // Below, the weight's four-fold traffic, or its transform, outweighs the products saved.
  constexpr std::int64_t kMinTilesKept = 8, kMinTiles = 25;
  // A direct sum of so many channels is slowed down by its own reorder of the weight.
  constexpr std::int64_t kManyChannels = 256, kMinTilesOfMany = 16;
  const std::int64_t enough = packed_weight               ? kMinTilesKept
                              : channels >= kManyChannels ? kMinTilesOfMany
                                                          : kMinTiles;
  // Cut tiles at the border do the work of whole ones.
  const bool saves_half = 9 * out[0] * out[1] * out[2] >= 2 * kProducts * tiles;
  return channels >= kMinChannels && tiles >= enough && saves_half;
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
