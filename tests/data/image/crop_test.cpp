// A part of an image.
#include "data/image/crop.h"

#include <gmock/gmock.h>

#include "tests/data/image/image_support.h"
#include "tests/support/tensors.h"

namespace salix::data {
namespace {

using salix::testing::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CropBox, TheMiddleIsAPixelToTheTopLeftWhereItCannotBeExact) {
  EXPECT_EQ(centred_box(10, 20, 4, 6), (CropBox{3, 7, 4, 6}));
  EXPECT_EQ(centred_box(10, 20, 5, 7), (CropBox{2, 6, 5, 7}));
  EXPECT_EQ(centred_box(10, 20, 10, 19), (CropBox{0, 0, 10, 19}));
}

TEST(CropBox, HoldsItsPixels) {
  const Image image = testing::check_pattern(4, 5);
  const Image part = crop(image, {1, 2, 2, 3});
  EXPECT_EQ(part.height, 2);
  EXPECT_THAT(part.pixels, ElementsAre(*image.at(1, 2), *image.at(1, 3), *image.at(1, 4),
                                       *image.at(2, 2), *image.at(2, 3), *image.at(2, 4)));
  EXPECT_EQ(crop(image, {0, 0, 4, 5}).pixels, image.pixels);
}

TEST(CropBox, MustLieInTheImage) {
  EXPECT_THAT(error_of([] {
                crop(Image(4, 5, 1), {1, 0, 4, 5});
              }),
              HasSubstr("crop: the box must lie in the image of 4 x 5; got rows 1 + 4, columns 0 + "
                        "5"));
  EXPECT_THAT(error_of([] { centred_box(4, 5, 5, 5); }),
              HasSubstr("centred_box: the box must lie in the image of 4 x 5; got 5 x 5"));
}

}  // namespace
}  // namespace salix::data
