// The random crop: the printed case of SALOD (appendix A.3), and the draws of an independent
// Philox.
#include "train/recipes/supervised/crop.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>

#include "tests/data/image/image_support.h"
#include "tests/support/paths.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// An image of 80 x 48 (width x height): columns 6..77, rows 3..45.
TEST(Crop, PrintedCase) {
  const data::CropBox box = crop_box(48, 80, {.rows = 5, .columns = 8, .top = 3, .left = 6});
  EXPECT_EQ(box, (data::CropBox{.top = 3, .left = 6, .height = 43, .width = 72}));
  const data::Image image = data::testing::noise(48, 80, 3, 1), part = crop(image, box);
  ASSERT_EQ(part.height, 43);
  ASSERT_EQ(part.width, 72);
  for (int i = 0; i < 43; ++i)
    for (int j = 0; j < 72; ++j)
      for (int c = 0; c < 3; ++c) ASSERT_EQ(part.at(i, j)[c], image.at(3 + i, 6 + j)[c]);
}

TEST(Crop, DrawsEqualThoseOfAnIndependentPhilox) {
  std::ifstream golden(golden_folder() / "supervised" / "crops.txt");
  std::uint64_t seed = 0;
  std::int64_t epoch = 0, sample = 0;
  int rows = 0, columns = 0, top = 0, left = 0, count = 0;
  for (; golden >> seed >> epoch >> sample >> rows >> columns >> top >> left; ++count) {
    const CropDraws draws = draw_crop(375, 500, seed, epoch, sample);
    EXPECT_EQ(draws.rows, rows);
    EXPECT_EQ(draws.columns, columns);
    EXPECT_EQ(draws.top, top);
    EXPECT_EQ(draws.left, left);
  }
  EXPECT_EQ(count, 21);
}

TEST(Crop, DrawsStayInTheirRangesAndReachThem) {
  int largest = 0, latest = 0;
  for (int sample = 0; sample < 500; ++sample) {
    const CropDraws draws = draw_crop(47, 80, 3, 1, sample);
    EXPECT_LT(draws.rows, 5);
    EXPECT_LT(draws.columns, 10);
    EXPECT_TRUE(draws.top == 0 || draws.top < draws.rows);
    EXPECT_TRUE(draws.left == 0 || draws.left < draws.columns);
    largest = std::max(largest, draws.columns);
    latest = std::max(latest, draws.left);
  }
  EXPECT_EQ(largest, 9);
  EXPECT_EQ(latest, 8);
}

TEST(Crop, AnAxisBelowEightPixelsStaysWhole) {
  for (int sample = 0; sample < 20; ++sample) {
    EXPECT_EQ(crop_box(7, 5, draw_crop(7, 5, 1, 1, sample)), (data::CropBox{0, 0, 7, 5}));
    EXPECT_EQ(draw_crop(7, 400, 1, 1, sample).rows, 0);
  }
}

TEST(Crop, IsTheSamePartOfAnImageOfAnotherSize) {
  const data::CropBox box{.top = 3, .left = 6, .height = 43, .width = 72};
  EXPECT_EQ(box_in(data::Image(48, 80, 1), box, 48, 80), box);
  EXPECT_EQ(box_in(data::Image(96, 40, 1), box, 48, 80), (data::CropBox{6, 3, 86, 36}));
  EXPECT_EQ(box_in(data::Image(1, 1, 1), box, 48, 80), (data::CropBox{0, 0, 1, 1}));
}

TEST(Crop, RefusesBadRequests) {
  EXPECT_THAT(error_of([] { draw_crop(0, 5, 1, 1, 1); }), HasSubstr("draw_crop: needs a size"));
  EXPECT_THAT(error_of([] { draw_crop(5, 5, 1, -1, 1); }), HasSubstr("got 5 x 5, -1, 1"));
}

}  // namespace
}  // namespace salix::testing
