// How scribbles, regions and contours travel through the augmentation as 8-bit images, and what
// they are afterwards. DHFR's encodings, quirks included.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/image/image.h"

namespace salix {

// Scribbles on their way; the files have data/scenes/scribble.h's 0, 1, 2.
constexpr std::uint8_t kBackgroundLevel = 0, kForegroundLevel = 255, kUnknownLevel = 128;

// 0 -> 0, 1 -> 255, 2 -> 128; other levels pass. file, result [H,W,1].
data::Image encode_scribbles(const data::Image& file);
// Levels up to 84 -> 0 (background), up to 169 -> 2 (unknown), above -> 1 (foreground). The levels
// between the three come from bicubic rotation, which so invents labels along edges.
void decode_scribbles(const data::Image& image, std::span<float> out);

// Regions as DHFR carries them: with M = the highest level of the file + 1, level v becomes
// trunc((v + 1) / M 255), and afterwards region round(level / 255 M), halves to even, modulo 256,
// all in float32. Region v + 1 comes back for every v when M is at most 130 (and for 135, 136, 153,
// 170 and 255); neighbours merge for most greater M; region 256 becomes 0.
struct RegionCode {
  int regions = 1;  // M

  explicit RegionCode(const data::Image& file);
  data::Image encode(const data::Image& file) const;
  void decode(const data::Image& image, std::span<float> out) const;
};

// Regions as they are, two bytes each: result [H,W,2], the low byte first, of region v + 1 for
// level v of [H,W] in row order. For operations that copy pixels and never mix them. Errors
// InvalidInput for values that are not H x W, or a level above 65534.
data::Image pack_regions(std::span<const std::uint16_t> levels, int height, int width);
void unpack_regions(const data::Image& image, std::span<float> out);

// level / 255.
void decode_contours(const data::Image& image, std::span<float> out);

}  // namespace salix
