// The contact sheet: captioned tiles of one size on a light page.
#include <algorithm>
#include <cmath>

#include "data/drawing/compose.h"
#include "data/image/image_io.h"
#include "data/image/resize_pillow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr Rgb kPage = {247, 246, 243}, kMat = {233, 231, 226}, kInk = {52, 50, 46},
              kFaintInk = {140, 136, 128};
constexpr int kMargin = 28;    // around the page and between entries
constexpr int kGap = 8;        // between the tiles of one entry
constexpr int kTextScale = 2;  // pixels per dot of the font
constexpr int kTextHeight = kGlyphHeight * kTextScale;

void fill(Image& page, int top, int left, int height, int width, Rgb colour) {
  for (int i = top; i < top + height; ++i) {
    std::uint8_t* pixel = page.at(i, left);
    for (int j = 0; j < width; ++j, pixel += 3) {
      pixel[0] = colour.r;
      pixel[1] = colour.g;
      pixel[2] = colour.b;
    }
  }
}

// RGB; what is transparent shows a chequered ground, as image editors draw it.
Image flatten(const Image& tile) {
  if (tile.channels != 4) return to_rgb(tile);
  constexpr int kSquare = 12;
  Image out(tile.height, tile.width, 3);
  for (int i = 0; i < tile.height; ++i) {
    for (int j = 0; j < tile.width; ++j) {
      const int ground = (i / kSquare + j / kSquare) % 2 == 0 ? 255 : 214;
      const int alpha = tile.at(i, j)[3];
      for (int c = 0; c < 3; ++c) {
        const int mixed = tile.at(i, j)[c] * alpha + ground * (255 - alpha);
        out.at(i, j)[c] = static_cast<std::uint8_t>((mixed + 127) / 255);
      }
    }
  }
  return out;
}

// The tile, as large as fits, in the middle of its mat.
void place_tile(Image& page, int top, int left, const Image& tile, const SheetStyle& style) {
  fill(page, top, left, style.tile_height, style.tile_width, kMat);
  const double scale = std::min(static_cast<double>(style.tile_height) / tile.height,
                                static_cast<double>(style.tile_width) / tile.width);
  const auto fit = [&](int size, int limit) {
    return std::clamp(static_cast<int>(std::lround(size * scale)), 1, limit);
  };
  const Image fitted = resize_bicubic_pillow(flatten(tile), fit(tile.height, style.tile_height),
                                             fit(tile.width, style.tile_width));
  const int first_row = top + (style.tile_height - fitted.height) / 2;
  const int first_column = left + (style.tile_width - fitted.width) / 2;
  for (int i = 0; i < fitted.height; ++i)
    std::copy_n(fitted.row(i), fitted.row_size(), page.at(first_row + i, first_column));
}

void check_request(std::span<const SheetEntry> entries, std::span<const std::string> titles,
                   const SheetStyle& style) {
  SALIX_CHECK(!entries.empty() && !titles.empty(),
              "contact_sheet: at least one entry and one title are needed; got ", entries.size(),
              " and ", titles.size());
  SALIX_CHECK(style.tile_width > 0 && style.tile_height > 0 && style.entries_per_row > 0,
              "contact_sheet: tile sizes and entries per row must be positive; got ",
              style.tile_width, " x ", style.tile_height, " and ", style.entries_per_row);
  for (const SheetEntry& entry : entries) {
    SALIX_CHECK(entry.tiles.size() == titles.size(), "contact_sheet: '", entry.caption,
                "' must have one tile per title, ", titles.size(), "; got ", entry.tiles.size());
    for (const Image& tile : entry.tiles)
      SALIX_CHECK(!tile.empty(), "contact_sheet: '", entry.caption, "' has an empty tile");
  }
}

}  // namespace

Image contact_sheet(std::span<const SheetEntry> entries, std::span<const std::string> titles,
                    const SheetStyle& style) {
  check_request(entries, titles, style);
  const int tiles = static_cast<int>(titles.size()), count = static_cast<int>(entries.size());
  const int columns = std::min(style.entries_per_row, count);
  const int rows = (count + columns - 1) / columns;
  const int entry_width = tiles * style.tile_width + (tiles - 1) * kGap;
  const int entry_height = style.tile_height + kGap + kTextHeight;
  const int head = kTextHeight + kGap;  // the line of titles

  Image page(kMargin + head + rows * (entry_height + kMargin),
             kMargin + columns * (entry_width + kMargin), 3);
  fill(page, 0, 0, page.height, page.width, kPage);
  for (int column = 0; column < columns; ++column) {
    for (int t = 0; t < tiles; ++t) {
      const int left = kMargin + column * (entry_width + kMargin) + t * (style.tile_width + kGap);
      const std::string title =
          shorten_text(titles[static_cast<std::size_t>(t)], style.tile_width, kTextScale);
      draw_text(page, kMargin, left, title, kFaintInk, kTextScale);
    }
  }
  for (int k = 0; k < count; ++k) {
    const SheetEntry& entry = entries[static_cast<std::size_t>(k)];
    const int top = kMargin + head + k / columns * (entry_height + kMargin);
    const int left = kMargin + k % columns * (entry_width + kMargin);
    for (int t = 0; t < tiles; ++t) {
      place_tile(page, top, left + t * (style.tile_width + kGap),
                 entry.tiles[static_cast<std::size_t>(t)], style);
    }
    draw_text(page, top + style.tile_height + kGap, left,
              shorten_text(entry.caption, entry_width, kTextScale), kInk, kTextScale);
  }
  return page;
}

}  // namespace salix::data
