#include "data/drawing/voc_colours.h"

#include "engine/error.h"

namespace salix::data {
namespace {

constexpr std::array<Rgb, 256> make_colours() {
  std::array<Rgb, 256> colours{};
  for (int number = 0; number < 256; ++number) {
    int r = 0, g = 0, b = 0, left = number;
    for (int bit = 7; bit >= 0; --bit, left >>= 3) {
      r |= (left & 1) << bit;
      g |= (left >> 1 & 1) << bit;
      b |= (left >> 2 & 1) << bit;
    }
    colours[static_cast<std::size_t>(number)] = {
        static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b)};
  }
  return colours;
}

}  // namespace

const std::array<Rgb, 256>& voc_colours() {
  static constexpr std::array<Rgb, 256> kColours = make_colours();
  return kColours;
}

Image label_colours(const Image& labels) {
  SALIX_CHECK(labels.channels == 1, "label_colours: labels have one channel; got ",
              labels.channels);
  Image out(labels.height, labels.width, 3);
  for (std::size_t k = 0; k < labels.pixels.size(); ++k) {
    const Rgb colour = voc_colours()[labels.pixels[k]];
    out.pixels[3 * k] = colour.r;
    out.pixels[3 * k + 1] = colour.g;
    out.pixels[3 * k + 2] = colour.b;
  }
  return out;
}

}  // namespace salix::data
