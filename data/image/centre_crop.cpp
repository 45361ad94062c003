#include "data/image/centre_crop.h"

#include <algorithm>

#include "engine/error.h"

namespace salix::data {
namespace {

constexpr std::int64_t kMostPixels = std::int64_t{1} << 28;

int half_to_even(int n) { return n % 4 == 3 ? n / 2 + 1 : n / 2; }

}  // namespace

Image resize_short_side(const Image& image, int side,
                        Image (*resize)(const Image& image, int height, int width)) {
  SALIX_CHECK(!image.empty() && side > 0,
              "resize_short_side: needs pixels and a positive side; got ", image.height, " x ",
              image.width, " to ", side);
  const int shorter = std::min(image.height, image.width);
  if (shorter == side) return image;
  const std::int64_t longer = std::int64_t{side} * std::max(image.height, image.width) / shorter;
  SALIX_CHECK(longer * side <= kMostPixels, "resize_short_side: ", image.height, " x ", image.width,
              " is too long a picture: with a short side of ", side, " the other has ", longer);
  const auto other = static_cast<int>(longer);
  return image.height <= image.width ? resize(image, side, other) : resize(image, other, side);
}

Image centre_crop(const Image& image, int size) {
  SALIX_CHECK(size > 0 && image.height >= size && image.width >= size,
              "centre_crop: the image must have at least ", size, " x ", size, " pixels; got ",
              image.height, " x ", image.width);
  const int top = half_to_even(image.height - size), left = half_to_even(image.width - size);
  Image crop(size, size, image.channels);
  for (int i = 0; i < size; ++i) {
    std::copy_n(image.at(top + i, left), crop.row_size(), crop.row(i));
  }
  return crop;
}

}  // namespace salix::data
