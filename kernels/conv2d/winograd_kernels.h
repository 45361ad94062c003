// The inner loops of the Winograd convolution, compiled once per instruction set. They
// work on raw memory: what is cut into pieces, and who runs them, is the caller's business.
#pragma once

#include <cstdint>

#include "kernels/conv2d/winograd_transforms.h"

namespace salix::kernels::winograd {

// How tiles lie in the maps. Tiles count row by row, image by image.
struct Tiling {
  std::int64_t images, in_h, in_w, out_h, out_w;
  std::int64_t pad_h, pad_w;      // zeros above and left of the input
  std::int64_t tiles_h, tiles_w;  // of an image
};

struct Range {
  std::int64_t begin, end;  // half-open
};

// Transformed tiles [kProducts, tiles, channels] with padded rows: element (f, t, c) is
// data[f * frequency_stride + t * tile_stride + c].
struct Spectrum {
  float* data;
  std::int64_t tile_stride, frequency_stride;
};

// The filters that make `outputs` channels of `inputs`. Backwards they are read as the
// gradient of the input needs them: taps turned by 180 degrees, channels exchanged.
struct Filters {
  const float* data;  // [outputs,3,3,inputs], backwards [inputs,3,3,outputs]
  std::int64_t outputs, inputs;
  bool backwards;
};

struct Epilogue {
  const float* bias;      // may be nullptr
  const float* residual;  // like y, may be y or nullptr
  bool relu;
};

// Transformed filters lie in panels of `panel` outputs, for each product [panels, inputs,
// panel], the last panel filled up with zeros. Spectra have rows of whole panels of memory.
struct Kernels {
  int panel;
  int tiles;  // that multiply() works on at a time; the last group may be smaller
  // A tile's channels [channels.begin, end) of x, whose pixels have `pixel` channels; begin is
  // a multiple of `panel`. `tile - first_tile` is its place in v.
  void (*transform_input)(const Tiling& tiling, const float* x, std::int64_t pixel,
                          std::int64_t tile, std::int64_t first_tile, Range channels, Spectrum v);
  // products(f, t, o) = sum over c, in order, of v(f, t, c) * weight(f, c, o) for one f and
  // one panel of outputs. `weight` is that panel [inputs, panel].
  void (*multiply)(const float* v, std::int64_t v_stride, std::int64_t tiles, std::int64_t inputs,
                   const float* weight, float* products, std::int64_t products_stride);
  // The tile's pixels inside y, finished.
  void (*transform_output)(const Tiling& tiling, Spectrum products, std::int64_t tile,
                           std::int64_t first_tile, Range channels, const Epilogue& epilogue,
                           float* y, std::int64_t pixel);
  // Input channels [inputs.begin, end), at most kWeightChannels, of panel number
  // `panel_index`, whose product f begins at panel + f * frequency_stride.
  void (*transform_weight)(const Filters& filters, std::int64_t panel_index, Range inputs,
                           float* panel, std::int64_t frequency_stride);

  // --- For the gradient of the weight. ---

  // As transform_input, from a tile's 4x4 pixels of dy by the adjoint of transform_output;
  // whole panels are written, zeros where there is no channel.
  void (*transform_gradient)(const Tiling& tiling, const float* dy, std::int64_t pixel,
                             std::int64_t tile, std::int64_t first_tile, Range channels,
                             Spectrum e);
  // sums(c, o) = sum over tiles, in order, of v(f, t, c) * e(f, t, o) for one f, a multiple of
  // kSumRows channels and one panel of outputs: [channels, panel].
  void (*multiply_tiles)(const float* v, std::int64_t v_stride, const float* e,
                         std::int64_t e_stride, std::int64_t tiles, std::int64_t channels,
                         float* sums);
  // dweight(o,.,.,c) of one panel and the channels of `inputs` from their sums, whose
  // product f begins at sums + f * frequency_stride, by the adjoint of transform_weight.
  void (*finish_gradient)(const float* sums, std::int64_t frequency_stride,
                          std::int64_t panel_index, Range inputs, std::int64_t all_inputs,
                          std::int64_t all_outputs, float* dweight);
};

inline constexpr int kWeightChannels = 16;
inline constexpr int kSumRows = 8;

// For the machine that runs: AVX-512 where it is, else what the build's baseline has.
const Kernels& kernels();

namespace avx512 {
const Kernels& kernels();
}
namespace baseline {
const Kernels& kernels();
}

}  // namespace salix::kernels::winograd
