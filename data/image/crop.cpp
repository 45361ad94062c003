#include "data/image/crop.h"

#include <algorithm>

#include "engine/error.h"

namespace salix::data {

CropBox centred_box(int height, int width, int inner_height, int inner_width) {
  SALIX_CHECK(inner_height > 0 && inner_height <= height && inner_width > 0 && inner_width <= width,
              "centred_box: the box must lie in the image of ", height, " x ", width, "; got ",
              inner_height, " x ", inner_width);
  return {(height - inner_height) / 2, (width - inner_width) / 2, inner_height, inner_width};
}

Image crop(const Image& image, const CropBox& box) {
  SALIX_CHECK(box.top >= 0 && box.left >= 0 && box.height > 0 && box.width > 0 &&
                  box.top + box.height <= image.height && box.left + box.width <= image.width,
              "crop: the box must lie in the image of ", image.height, " x ", image.width,
              "; got rows ", box.top, " + ", box.height, ", columns ", box.left, " + ", box.width);
  if (box == CropBox{0, 0, image.height, image.width}) return image;
  Image part(box.height, box.width, image.channels);
  for (int i = 0; i < box.height; ++i) {
    std::copy_n(image.at(box.top + i, box.left), part.row_size(), part.row(i));
  }
  return part;
}

}  // namespace salix::data
