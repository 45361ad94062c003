// PASCAL's colours, labels in them, and segments over a picture.
#include "data/drawing/voc_colours.h"

#include <gmock/gmock.h>

#include <set>
#include <tuple>

#include "data/drawing/segment_overlay.h"
#include "tests/support/tensors.h"

namespace salix::data {
namespace {

using salix::testing::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int> parts(Rgb colour) { return {colour.r, colour.g, colour.b}; }

std::vector<int> pixel(const Image& image, int i, int j) {
  return {image.at(i, j), image.at(i, j) + 3};
}

TEST(VocColours, AreThePublishedOnes) {
  EXPECT_THAT(parts(voc_colours()[0]), ElementsAre(0, 0, 0));
  EXPECT_THAT(parts(voc_colours()[1]), ElementsAre(128, 0, 0));
  EXPECT_THAT(parts(voc_colours()[2]), ElementsAre(0, 128, 0));
  EXPECT_THAT(parts(voc_colours()[3]), ElementsAre(128, 128, 0));
  EXPECT_THAT(parts(voc_colours()[4]), ElementsAre(0, 0, 128));
  EXPECT_THAT(parts(voc_colours()[8]), ElementsAre(64, 0, 0));
  EXPECT_THAT(parts(voc_colours()[20]), ElementsAre(0, 64, 128));
  EXPECT_THAT(parts(voc_colours()[255]), ElementsAre(224, 224, 192));
  std::set<std::tuple<int, int, int>> all;
  for (const Rgb colour : voc_colours()) all.emplace(colour.r, colour.g, colour.b);
  EXPECT_EQ(all.size(), 256u);
}

TEST(VocColours, DrawLabels) {
  Image labels(1, 2, 1);
  *labels.at(0, 1) = 2;
  EXPECT_THAT(label_colours(labels).pixels, ElementsAre(0, 0, 0, 0, 128, 0));
  EXPECT_THAT(error_of([] { label_colours(Image(1, 1, 3)); }), HasSubstr("one channel; got 3"));
}

TEST(SegmentOverlay, EnlargesTheMapAndMixesItsColours) {
  const Image picture(4, 6, 3, 100);
  const std::vector<std::int32_t> ids{0, 1, -1};
  const SegmentMap segments{1, 3, ids};
  const Image out = segment_overlay(picture, segments, {.strength = 0.5f, .outline = false});
  EXPECT_THAT(pixel(out, 0, 0), ElementsAre(114, 50, 50));
  EXPECT_THAT(pixel(out, 3, 1), ElementsAre(114, 50, 50));
  EXPECT_THAT(pixel(out, 3, 2), ElementsAre(50, 114, 50));
  EXPECT_THAT(pixel(out, 1, 5), ElementsAre(100, 100, 100));  // no segment
  const Image lines = segment_overlay(picture, segments, {.strength = 0.0f});
  EXPECT_THAT(pixel(lines, 2, 1), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(lines, 2, 2), ElementsAre(100, 100, 100));
}

TEST(SegmentOverlay, AnyNumberHasAColourThatIsNotBlack) {
  for (const std::int32_t id : {0, 254, 255, 100000}) {
    const Image out = segment_overlay(Image(1, 1, 3), {1, 1, std::span(&id, 1)}, {.strength = 1});
    EXPECT_THAT(pixel(out, 0, 0), ::testing::Not(ElementsAre(0, 0, 0))) << id;
  }
}

TEST(SegmentOverlay, RefusesWhatDoesNotFit) {
  const std::vector<std::int32_t> ids(3);
  EXPECT_THAT(error_of([&] {
                segment_overlay(Image(2, 2, 1), {1, 3, ids});
              }),
              HasSubstr("must be RGB; got 2 x 2 x 1"));
  EXPECT_THAT(error_of([&] {
                segment_overlay(Image(2, 2, 3), {2, 2, ids});
              }),
              HasSubstr("a map of 2 x 2 needs as many ids; got 3"));
}

}  // namespace
}  // namespace salix::data
