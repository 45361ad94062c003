// Pictures of results: heat overlay, cut-out with alpha, contact sheet.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/drawing/bitmap_font.h"
#include "data/image/image.h"

namespace salix::data {

// The colour of a saliency value 0..1 (clamped; NaN counts as 0): dark violet over crimson
// and orange to pale yellow, rising in lightness throughout, so that it reads in grey too.
Rgb heat_colour(float value);

// The whole map in heat colours, [H,W,3].
Image colour_map(const FloatMap& map);

struct OverlayStyle {
  float strength = 0.5f;  // opacity of the heat where the map is 1
  float dimming = 0.45f;  // how much the image darkens where the map is 0
  bool outline = true;    // a line where the map crosses 0.5
};

// The image under the map's heat colours. image [H,W,3], map [H,W]; returns [H,W,3].
Image overlay(const Image& image, const FloatMap& map, const OverlayStyle& style = {});

// The image with the map as alpha, round(255 p): [H,W,4].
Image cutout(const Image& image, const FloatMap& map);

// One sample: its caption and its pictures, any sizes, 1, 3 or 4 channels; alpha is shown
// over a chequered ground.
struct SheetEntry {
  std::string caption;
  std::vector<Image> tiles;
};

struct SheetStyle {
  int tile_width = 240;
  int tile_height = 180;
  int entries_per_row = 2;
};

// All entries side by side, each a row of tiles over its caption, under the column
// titles. Tiles keep their aspect ratio within a mat of one size. Entries must have as
// many tiles as there are titles; at least one entry and one title.
Image contact_sheet(std::span<const SheetEntry> entries, std::span<const std::string> titles,
                    const SheetStyle& style = {});

}  // namespace salix::data
