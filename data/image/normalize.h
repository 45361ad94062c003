// From 8-bit pixels to network inputs and back, with the exact sequence of float32 and
// float64 operations of the A2S-v2 programs.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "data/image/image.h"

namespace salix::data {

// Of ImageNet's photographs in 0..1: red, green, blue.
constexpr std::array<double, 3> kImageNetMean = {0.485, 0.456, 0.406};
constexpr std::array<double, 3> kImageNetDeviation = {0.229, 0.224, 0.225};

// x = float32((float64(float32(v) / 255) - mean) / std), with ImageNet's mean
// (0.485, 0.456, 0.406) and std (0.229, 0.224, 0.225) in float64.
//
// Shapes    image [H,W,3] (RGB); out one sample [H,W,3], channels last.
// Writes    all of out.
void normalize_rgb(const Image& image, std::span<float> out);

// The same with every step in float32, (float32(v) / 255 - float32(mean)) / float32(std), as
// torchvision does it.
void normalize_rgb_float32(const Image& image, std::span<float> out);

// The inverse of normalize_rgb, trunc((float64(x) std + mean) 255) clamped to 0..255. Truncation
// makes some levels come back one lower: 38 of 256 in red, 42 in green, 42 in blue (the same steps
// all in float32 would give 62, 39, 36). The dense CRF's guide image is defined by it, so it is
// kept. A value that is not a number gives 0.
Image denormalize_rgb(std::span<const float> x, int height, int width);

// A second modality (depth, flow, thermal): float32(v) / 255. image [H,W,3], out as above.
void scale_modality(const Image& image, std::span<float> out);

// A ground-truth mask: (g - min) / (max - min + 1e-5) in float64, then float32. A constant
// mask becomes 0, even one that is 255 everywhere. image [H,W,1], out [H,W].
void normalize_mask(const Image& image, std::span<float> out);

// Batches between the world's order and ours: [N,3,H,W] <-> [N,H,W,3], any C.
void pack_channels_last(std::span<const float> nchw, int n, int c, int h, int w,
                        std::span<float> nhwc);
void unpack_channels_first(std::span<const float> nhwc, int n, int c, int h, int w,
                           std::span<float> nchw);

// trunc(255 p) in float32: how maps become 8-bit files. p in 0..1 (clamped).
Image to_uint8_truncated(const FloatMap& map);

// round(255 p) / 255, half to even, clamped to 0..1, in place: evaluated predictions are
// multiples of 1/255. to_uint8_truncated then loses nothing (it holds for all 256 values).
void quantize_to_255(FloatMap& map);

}  // namespace salix::data
