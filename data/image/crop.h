// A part of an image.
#pragma once

#include "data/image/image.h"

namespace salix::data {

// Rows top .. top + height - 1 and columns left .. left + width - 1 of an image.
struct CropBox {
  int top = 0, left = 0, height = 0, width = 0;
  bool operator==(const CropBox&) const = default;
};

// The inner_height x inner_width pixels in the middle of an image of height x width, from row
// floor((height - inner_height) / 2) and column floor((width - inner_width) / 2) on.
CropBox centred_box(int height, int width, int inner_height, int inner_width);

// The pixels inside. InvalidInput for a box that reaches beyond the image.
Image crop(const Image& image, const CropBox& box);

}  // namespace salix::data
