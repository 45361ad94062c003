#include "train/recipes/scribble/label_files.h"

#include <algorithm>
#include <initializer_list>

#include "data/image/image_io.h"
#include "data/image/stored_values.h"
#include "data/meaning/levels.h"
#include "data/scenes/scribble.h"
#include "engine/error.h"
#include "train/recipes/scribble/label_encoding.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

constexpr int kHighestOfAByte = 255;
// A label and a region become one number, label 2048 + region.
constexpr int kMostRegions = 2047;
constexpr const char* kScribblesAre =
    "scribbles are 0 background, 1 foreground, 2 unknown, in a grey PNG";

struct LabelFile {
  LabelFile(const fs::path& where, const char* kind)
      : name(where.string()),
        what(kind),
        bytes(data::read_file_bytes(where)),
        form(data::stored_form(bytes)) {}

  template <typename... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    throw IoError(str(what, ": '", name, "' ", parts...));
  }

  // As grey; 16 bits are clipped.
  data::Image decoded() const {
    if (form.channels == 1) return data::decode_grey(bytes, name);
    const data::Image colours = data::decode_rgb(bytes, name);
    if (has_colours(colours))
      refuse("is a colour picture, where levels of grey are expected; give the file of ", what);
    return data::to_grey(colours);
  }
  bool is_deep() const { return form.deep && form.channels == 1; }
  // The highest of the 16-bit levels, or of `grey`.
  int highest(const data::Image& grey, const std::vector<std::uint16_t>& deep) const {
    if (is_deep() && !deep.empty()) return *std::max_element(deep.begin(), deep.end());
    return *std::max_element(grey.pixels.begin(), grey.pixels.end());
  }
  std::vector<std::uint16_t> deep_levels() const {
    return is_deep() ? data::decode_deep_grey(bytes) : std::vector<std::uint16_t>();
  }

  std::string name;
  const char* what;
  std::vector<std::uint8_t> bytes;
  data::StoredForm form;

 private:
  // JPEG turns grey into near grey.
  static bool has_colours(const data::Image& rgb) {
    constexpr int kNearGrey = 32;
    for (std::size_t k = 0; k < rgb.pixels.size(); k += 3) {
      const auto [low, high] = std::minmax({rgb.pixels[k], rgb.pixels[k + 1], rgb.pixels[k + 2]});
      if (high - low > kNearGrey) return true;
    }
    return false;
  }
};

data::Image read_byte_levels(const LabelFile& file, const char* advice) {
  data::Image grey = file.decoded();
  const int highest = file.highest(grey, file.deep_levels());
  if (highest > kHighestOfAByte)
    file.refuse("has 16-bit levels up to ", highest, ", and 8 bits are carried; ", advice);
  return grey;
}

bool are_among(const std::vector<int>& levels, std::initializer_list<int> allowed) {
  return std::all_of(levels.begin(), levels.end(), [&](int level) {
    return std::find(allowed.begin(), allowed.end(), level) != allowed.end();
  });
}

// How often foreground and `other` lie side by side in a row.
std::int64_t touching(const data::Image& scribbles, std::uint8_t other) {
  constexpr std::uint8_t kForeground = data::kScribbleForeground;
  std::int64_t count = 0;
  for (int i = 0; i < scribbles.height; ++i) {
    const std::uint8_t* row = scribbles.row(i);
    for (int j = 1; j < scribbles.width; ++j) {
      const bool touch = (row[j - 1] == kForeground && row[j] == other) ||
                         (row[j - 1] == other && row[j] == kForeground);
      count += touch ? 1 : 0;
    }
  }
  return count;
}

// As other sets of scribbles have it: 0 unknown, 1 foreground, 2 background.
bool looks_exchanged(const data::Image& scribbles, const std::vector<int>& levels) {
  if (levels != std::vector<int>{0, 1, 2}) return false;
  const auto zeros =
      std::count(scribbles.pixels.begin(), scribbles.pixels.end(), data::kScribbleBackground);
  return static_cast<double>(zeros) >= 0.9 * static_cast<double>(scribbles.pixels.size()) &&
         touching(scribbles, data::kScribbleBackground) >
             touching(scribbles, data::kScribbleUnknown);
}

// What a file without the levels of scribbles is taken for, and what to do.
std::string other_meaning(const std::vector<int>& levels) {
  const std::string found = data::text_of_levels(levels);
  if (are_among(levels, {0, 255}))
    return str("has ", found, " and looks like a mask, but ", kScribblesAre,
               "; `salix scribble` draws strokes from masks");
  if (are_among(levels, {0, 1, 255}))
    return str("has ", found, ", where 255 looks like unknown, but ", kScribblesAre,
               "; write 2 for 255");
  return str("has ", found, ", but ", kScribblesAre,
             "; save them anew, without palette, soft edges or JPEG");
}

void check_scribbles(const LabelFile& file, const data::Image& scribbles) {
  const std::vector<int> levels = data::levels_of(scribbles, kHighestOfAByte);
  const bool in_codes = are_among(levels, {0, 1, 2});
  const bool has_middle = std::find(levels.begin(), levels.end(), kUnknownLevel) != levels.end();
  if (!in_codes && !(has_middle && are_among(levels, {0, 128, 255})))
    file.refuse(other_meaning(levels));
  const int unknown = in_codes ? data::kScribbleUnknown : kUnknownLevel;
  if (levels == std::vector<int>{unknown})
    file.refuse("has no known pixel, all are ", unknown,
                " (unknown); draw strokes, or leave the sample out");
  if (looks_exchanged(scribbles, levels))
    file.refuse("has 0 around its strokes, as if 0 were unknown and 2 background, but ",
                kScribblesAre, "; exchange 0 and 2");
}

}  // namespace

data::Image read_scribbles(const fs::path& path) {
  const LabelFile file(path, "scribbles");
  data::Image scribbles = read_byte_levels(file, "save them with 8 bits");
  check_scribbles(file, scribbles);
  return scribbles;
}

data::Image read_regions(const fs::path& path) {
  return read_byte_levels(LabelFile(path, "regions"),
                          "carry regions exactly, or save at most 256 of them with 8 bits");
}

data::Image read_regions_exactly(const fs::path& path) {
  const LabelFile file(path, "regions");
  const data::Image grey = file.decoded();
  std::vector<std::uint16_t> levels = file.deep_levels();
  const int highest = file.highest(grey, levels);
  if (highest >= kMostRegions)
    file.refuse("has levels up to ", highest, ", and ", kMostRegions,
                " regions are carried; merge the smallest, and number them from 0");
  if (levels.empty()) levels.assign(grey.pixels.begin(), grey.pixels.end());
  return pack_regions(levels, grey.height, grey.width);
}

data::Image read_contours(const fs::path& path) {
  return read_byte_levels(LabelFile(path, "contours"), "save them with 8 bits");
}

}  // namespace salix
