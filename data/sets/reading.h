// How files are meant, where their values alone do not say it: depth in millimetres, masks of
// indices, maps in an alpha channel, photographs that are stored turned.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace salix::data {

// Which values become 0 and 255; what lies beyond is cut off. `black` above `white` turns light and
// dark round.
struct ValueRange {
  bool of_each_file = false;  // from a file's lowest value to its highest
  double black = 0, white = 255;

  bool operator==(const ValueRange&) const = default;
};

// The default is what Pillow makes of a file.
struct Reading {
  // Of grey files; else 16 bits are clipped.
  std::optional<ValueRange> modality_range = {}, map_range = {};
  std::optional<int> foreground_above = {};  // masks become 255 above this level, else 0
  bool alpha = false;                        // an alpha channel that varies is the mask or the map
  bool upright = false;  // photographs are turned as their EXIF orientation says
  // Of a modality in colours the luminance, in three equal channels: no option, but what some
  // networks learn from.
  bool grey_modality = false;

  bool operator==(const Reading&) const = default;
};

// "auto", or "LO,HI": two different numbers. Errors    InvalidInput that names `option`.
ValueRange parse_value_range(const std::string& option, const std::string& text);
// "reference" (nothing), "nonzero" (0), or a level 0..254. Errors    as above.
std::optional<int> parse_mask_levels(const std::string& option, const std::string& text);

// What differs from the default, as options: {{"depth_range", "500,5000"}, {"upright", "true"}}.
std::vector<std::pair<std::string, std::string>> words_of(const Reading& reading);

}  // namespace salix::data
