#include "data/drawing/segment_overlay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "data/drawing/voc_colours.h"
#include "engine/error.h"

namespace salix::data {
namespace {

constexpr int kColours = 255;  // but black

Rgb colour_of(std::int32_t id) {
  return voc_colours()[static_cast<std::size_t>(1 + id % kColours)];
}

}  // namespace

Image segment_overlay(const Image& picture, const SegmentMap& segments, const SegmentStyle& style) {
  SALIX_CHECK(!picture.empty() && picture.channels == 3,
              "segment_overlay: the picture must be RGB; got ", picture.height, " x ",
              picture.width, " x ", picture.channels);
  SALIX_CHECK(segments.height > 0 && segments.width > 0 &&
                  segments.ids.size() == static_cast<std::size_t>(segments.height) *
                                             static_cast<std::size_t>(segments.width),
              "segment_overlay: a map of ", segments.height, " x ", segments.width,
              " needs as many ids; got ", segments.ids.size());
  const auto id_at = [&](int i, int j) {
    const std::int64_t row = std::int64_t{i} * segments.height / picture.height;
    const std::int64_t column = std::int64_t{j} * segments.width / picture.width;
    return segments.ids[static_cast<std::size_t>(row * segments.width + column)];
  };
  Image out = picture;
  for (int i = 0; i < out.height; ++i) {
    for (int j = 0; j < out.width; ++j) {
      const std::int32_t id = id_at(i, j);
      const bool at_line = (i + 1 < out.height && id_at(i + 1, j) != id) ||
                           (j + 1 < out.width && id_at(i, j + 1) != id);
      if (style.outline && at_line) {
        std::fill_n(out.at(i, j), 3, std::uint8_t{255});
      } else if (id >= 0) {
        const Rgb colour = colour_of(id);
        const std::array<std::uint8_t, 3> paint{colour.r, colour.g, colour.b};
        for (std::size_t c = 0; c < 3; ++c) {
          const float under = out.at(i, j)[c];
          out.at(i, j)[c] =
              static_cast<std::uint8_t>(std::lround(under + style.strength * (paint[c] - under)));
        }
      }
    }
  }
  return out;
}

}  // namespace salix::data
