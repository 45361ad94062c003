// What scribbles, regions and contours become on their way, and after it.
#include "train/recipes/scribble/label_encoding.h"

#include <gmock/gmock.h>

#include <numeric>
#include <set>

#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

data::Image row_of(std::vector<std::uint8_t> levels) {
  data::Image image(1, static_cast<int>(levels.size()), 1);
  image.pixels = std::move(levels);
  return image;
}

// Levels 0 .. count - 1.
data::Image ramp(int count) {
  data::Image image(1, count, 1);
  std::iota(image.pixels.begin(), image.pixels.end(), std::uint8_t{0});
  return image;
}

TEST(LabelEncoding, ScribblesAreSpreadOverTheRange) {
  EXPECT_THAT(encode_scribbles(row_of({0, 1, 2, 3, 128, 255})).pixels,
              ElementsAre(0, 255, 128, 3, 128, 255));
}

TEST(LabelEncoding, ScribblesAreTakenApartAtThirds) {
  std::vector<float> labels(8);
  decode_scribbles(row_of({0, 84, 85, 128, 169, 170, 171, 255}), labels);
  EXPECT_THAT(labels, ElementsAre(0, 0, 2, 2, 2, 1, 1, 1));
}

// The published statement: up to 130 regions, and a few numbers more.
TEST(LabelEncoding, RegionsComeBackUpTo130AndSomeTimesBeyond) {
  std::set<int> exact;
  for (int count = 1; count <= 256; ++count) {
    const data::Image levels = ramp(count);
    const RegionCode code(levels);
    ASSERT_EQ(code.regions, count);
    std::vector<float> regions(static_cast<std::size_t>(count));
    code.decode(code.encode(levels), regions);
    std::vector<float> expected(regions.size());
    std::iota(expected.begin(), expected.end(), 1.0f);
    if (regions == expected) exact.insert(count);
  }
  std::set<int> expected{135, 136, 153, 170, 255};
  for (int count = 1; count <= 130; ++count) expected.insert(count);
  EXPECT_EQ(exact, expected);
}

TEST(LabelEncoding, Region256IsCalled0) {
  const data::Image levels = ramp(256);
  const RegionCode code(levels);
  std::vector<float> regions(256);
  code.decode(code.encode(levels), regions);
  EXPECT_EQ(regions[254], 255);
  EXPECT_EQ(regions[255], 0);
}

// By hand: of 131 regions level 64 is trunc(65 / 131 255) = trunc(126.53) = 126, and 126 / 255 131
// = 64.73 is region 65; level 65 is trunc(128.47) = 128, and 65.76 is region 66. Of 200 regions
// level 1 is trunc(2 / 200 255) = 2, and 2 / 255 200 = 1.57 is region 2; level 4 is trunc(6.375) =
// 6, and 4.71 is region 5; level 3 is trunc(5.1) = 5, and 3.92 is region 4; level 2 is trunc(3.825)
// = 3, and 2.35 is region 2: regions 2 and 3 have merged.
TEST(LabelEncoding, NeighboursMergeWhereThereAreManyRegions) {
  EXPECT_THAT(RegionCode(row_of({130})).encode(row_of({64, 65})).pixels, ElementsAre(126, 128));
  const RegionCode code(row_of({199}));
  const data::Image stored = code.encode(row_of({1, 2, 3, 4, 199}));
  EXPECT_THAT(stored.pixels, ElementsAre(2, 3, 5, 6, 255));
  std::vector<float> regions(5);
  code.decode(stored, regions);
  EXPECT_THAT(regions, ElementsAre(2, 2, 4, 5, 200));
}

// What rotation brings in from outside.
TEST(LabelEncoding, BlackIsRegion0) {
  std::vector<float> regions(1);
  RegionCode(row_of({12})).decode(row_of({0}), regions);
  EXPECT_EQ(regions[0], 0);
}

TEST(LabelEncoding, PackedRegionsKeepTheirNumbers) {
  const std::vector<std::uint16_t> levels{0, 1, 254, 255, 256, 2046, 65534};
  const data::Image packed = pack_regions(levels, 1, 7);
  EXPECT_EQ(packed.channels, 2);
  std::vector<float> regions(7);
  unpack_regions(packed, regions);
  EXPECT_THAT(regions, ElementsAre(1, 2, 255, 256, 257, 2047, 65535));
}

TEST(LabelEncoding, ContoursAreShares) {
  std::vector<float> contours(3);
  decode_contours(row_of({0, 51, 255}), contours);
  EXPECT_THAT(contours, ElementsAre(0.0f, 0.2f, 1.0f));
}

TEST(LabelEncoding, RefusesBadRequests) {
  std::vector<float> two(2);
  EXPECT_THAT(error_of([&] { decode_scribbles(row_of({0}), two); }),
              HasSubstr("decode_scribbles: needs an image of 1 channels and room for each pixel"));
  EXPECT_THAT(error_of([&] {
                unpack_regions(row_of({0, 0}), two);
              }),
              HasSubstr("unpack_regions: needs an image of 2 channels"));
  EXPECT_THAT(error_of([] { RegionCode{data::Image()}; }), HasSubstr("have no pixels"));
  const std::vector<std::uint16_t> levels{65535};
  EXPECT_THAT(error_of([&] { pack_regions(levels, 1, 1); }),
              HasSubstr("go up to 65534; got 65535"));
  EXPECT_THAT(error_of([&] { pack_regions(levels, 1, 2); }), HasSubstr("1 x 2 levels are needed"));
}

}  // namespace
}  // namespace salix::testing
