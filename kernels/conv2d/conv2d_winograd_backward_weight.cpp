// The weight's gradient through the same transforms: forward is the transposed output
// transform of (transformed weight * transformed input), so its adjoint in the weight is
// dweight = weight_adjoint(sum over tiles of input_transform(x) * output_adjoint(dy)).
#include <algorithm>

#include "engine/parallel.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/conv2d/conv2d_winograd.h"
#include "kernels/conv2d/winograd_steps.h"

namespace salix::kernels::winograd {
namespace {

struct Spectra {
  std::int64_t tiles, inputs, outputs;
  Spectrum v, e;
};

// The gradients of one panel of outputs by a range of inputs, from all tiles. The sums stay in
// cache until they are finished: 36 instead of 9 numbers per gradient never reach memory.
void backward_panel(const Spectra& spectra, std::int64_t panel, Range inputs, float* sums,
                    float* dweight) {
  const std::int64_t channels = divide_up(inputs.end - inputs.begin, kSumRows) * kSumRows;
  const std::int64_t stride = odd_lines(channels * kernels().panel);
  for (std::int64_t f = 0; f < kProducts; ++f) {
    const auto& [tiles, all_inputs, all_outputs, v, e] = spectra;
    kernels().multiply_tiles(v.data + f * v.frequency_stride + inputs.begin, v.tile_stride,
                             e.data + f * e.frequency_stride + panel * kernels().panel,
                             e.tile_stride, tiles, channels, sums + f * stride);
  }
  kernels().finish_gradient(sums, stride, panel, inputs, spectra.inputs, spectra.outputs, dweight);
}

std::int64_t spectra_size(std::int64_t tiles, std::int64_t inputs, std::int64_t outputs) {
  return spectrum_size(tiles, inputs) + spectrum_size(tiles, outputs);
}

}  // namespace

// Layers of a2s on two Zen 4 cores, batch 2, ms, oneDNN 2.6.3's direct sum -> this: 64@80x80
// 4.7 -> 3.2, 128@40x40 4.3 -> 1.4, 256@20x20 4.4 -> 1.6, 512@10x10 5.2 -> 3.8, 512->64@40x40
// 9.0 -> 6.6, 1024->64@20x20 5.2 -> 3.6; not 2048->64@10x10, 2.2 -> 2.9. So the sizes that
// suit a forward pass with a new weight suit here too, as long as memory allows.
bool suits_backward_weight(const ConstView& x, const ConstView& dweight,
                           const Conv2dParams& params) {
  if (!suits(x, dweight, params, false)) return false;
  constexpr std::int64_t kMaxBytes = 128 << 20;  // nine times x and dy
  const Shape out = conv2d_output_shape(x.shape, dweight.shape, params);
  return spectra_size(tiles_of(tiling_of(x.shape, out, 0, 0)), x.dim(3), out[3]) *
             std::int64_t{sizeof(float)} <=
         kMaxBytes;
}

void conv2d_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  SALIX_ASSERT(can_run(x, dweight, params));
  const Tiling tiling = tiling_of(x.shape, dy.shape, params.padding.h, params.padding.w);
  const std::int64_t tiles = tiles_of(tiling), inputs = x.dim(3), outputs = dy.dim(3);
  const Scratch scratch(
      exec, static_cast<std::size_t>(spectra_size(tiles, inputs, outputs)) * sizeof(float));
  const Spectra spectra{
      tiles, inputs, outputs, spectrum_at(scratch.as<float>(), tiles, inputs),
      spectrum_at(scratch.as<float>() + spectrum_size(tiles, inputs), tiles, outputs)};

  parallel_for(tiles, grain_for(4 * kProducts * (inputs + outputs)), [&](auto begin, auto end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      kernels().transform_input(tiling, x.as<float>(), inputs, tile, 0, {0, inputs}, spectra.v);
      kernels().transform_gradient(tiling, dy.as<float>(), outputs, tile, 0, {0, outputs},
                                   spectra.e);
    }
  });

  // The wider an item, the less often the other side's spectrum is read; every thread needs
  // its share though. No sum depends on it.
  const std::int64_t panels = divide_up(outputs, kernels().panel);
  std::int64_t width = 64;
  while (width > kSumRows && panels * divide_up(inputs, width) < 2 * thread_count()) width /= 2;
  const std::int64_t groups = divide_up(inputs, width);
  parallel_for(panels * groups, 1, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t sums = kProducts * odd_lines(width * kernels().panel);
    const Scratch memory(exec, static_cast<std::size_t>(sums) * sizeof(float));
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t first = item / panels * width;  // neighbours share their part of x
      backward_panel(spectra, item % panels, {first, std::min(first + width, inputs)},
                     memory.as<float>(), dweight.as<float>());
    }
  });
  if (!dbias.empty()) conv2d_backward_bias(exec, dy, dbias);
}

}  // namespace salix::kernels::winograd
