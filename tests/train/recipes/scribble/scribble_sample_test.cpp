// A whole sample equals DHFR's sequence of Pillow and NumPy calls (golden files), and its maps stay
// on top of each other.
#include "train/recipes/scribble/scribble_sample.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "data/image/image_io.h"
#include "tests/support/paths.h"
#include "tests/support/tensors.h"
#include "tests/train/recipes/scribble/scribble_fixture.h"
#include "train/recipes/scribble/scribble_draws.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

std::string fnv_of(const std::vector<float>& values) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  std::ostringstream hex;
  hex << std::hex << std::setfill('0') << std::setw(16)
      << data::testing::fnv({bytes, values.size() * sizeof(float)});
  return hex.str();
}

class ScribbleSample : public ScribbleFixture {
 protected:
  // Black, with a white square off the middle, in all five files: foreground, region 2, a contour.
  data::SampleFiles put_square(int height, int width) const {
    const auto square = [=](int channels, int low, int high) {
      data::Image image(height, width, channels, static_cast<std::uint8_t>(low));
      for (int i = height / 5; i < height / 2; ++i)
        std::fill_n(image.at(i, width / 4), channels * (width / 3),
                    static_cast<std::uint8_t>(high));
      return image;
    };
    return put_sample(square(3, 0, 255), square(1, 0, 255), square(1, 0, 1), square(1, 0, 1),
                      square(1, 0, 255));
  }
  // The first sample from 0 on of epoch 1 that is rotated by at least `least` degrees, or not at
  // all.
  static data::SampleRequest request_rotated(int height, int width, int least) {
    data::SampleRequest request;
    for (;; ++request.sample) {
      const int degrees = draw_scribble(height, width, request).degrees;
      if (least == 0 ? degrees == 0 : degrees >= least) return request;
    }
  }
};

TEST_F(ScribbleSample, EqualsPillowAndNumPyToTheBit) {
  std::ifstream golden(golden_folder() / "scribble" / "samples.txt");
  int height = 0, width = 0, size = 0, regions = 0, rows = 0;
  data::SampleRequest request;
  std::string image, depth, semantic, instance, contour;
  for (; golden >> height >> width >> size >> regions >> request.seed >> request.epoch >>
         request.sample >> image >> depth >> semantic >> instance >> contour;
       ++rows) {
    SCOPED_TRACE(str(height, " x ", width, " to ", size, ", seed ", request.seed, ", epoch ",
                     request.epoch, ", sample ", request.sample));
    const LoadedScribbles made = load(put_noise(height, width, regions), size, request);
    EXPECT_EQ(fnv_of(made.image), image);
    EXPECT_EQ(fnv_of(made.depth), depth);
    EXPECT_EQ(fnv_of(made.semantic), semantic);
    EXPECT_EQ(fnv_of(made.instance), instance);
    EXPECT_EQ(fnv_of(made.contour), contour);
  }
  EXPECT_EQ(rows, 80);
}

// The same with numbers that one can look at: a rotated sample of 40 x 50, four pixels wide.
TEST_F(ScribbleSample, OneIsInClear) {
  std::ifstream golden(golden_folder() / "scribble" / "one_sample.txt");
  data::SampleRequest request;
  golden >> request.seed >> request.epoch >> request.sample;
  LoadedScribbles made = load(put_noise(40, 50), 4, request);
  int values = 0;
  for (const std::vector<float>* field :
       {&made.image, &made.depth, &made.semantic, &made.instance, &made.contour})
    for (const float value : *field) {
      float expected = 0;
      golden >> expected;
      EXPECT_EQ(value, expected) << "value " << values;
      ++values;
    }
  EXPECT_TRUE(golden.good());
  EXPECT_EQ(values, 9 * 16);
}

TEST_F(ScribbleSample, AllMapsHaveTheSameGeometry) {
  const data::SampleFiles files = put_square(90, 120);
  for (const int least : {0, 5}) {
    const data::SampleRequest request = request_rotated(90, 120, least);
    const LoadedScribbles made = load(files, 56, request);
    const auto [low, high] = std::minmax_element(made.image.begin(), made.image.end());
    const float middle = (*low + *high) / 2;
    for (std::size_t k = 0; k < made.pixels; ++k) {
      const float level = made.depth[3 * k];
      EXPECT_EQ(made.depth[3 * k + 1], level);
      EXPECT_EQ(made.depth[3 * k + 2], level);
      EXPECT_EQ(made.contour[k], level);
      EXPECT_EQ(made.semantic[k], level >= 2 / 3.0f ? 1 : level < 1 / 3.0f ? 0 : 2);
      EXPECT_TRUE(least > 0 || made.instance[k] == (level == 1 ? 2 : 1)) << k;
      // Colours change, but black and white stay apart.
      const bool between = level > 0 && level < 1;
      EXPECT_TRUE(between || (made.image[3 * k] > middle) == (level == 1)) << k;
    }
    EXPECT_THAT(made.semantic, AllOf(Contains(0), Contains(1)));
  }
}

TEST_F(ScribbleSample, WithoutAugmentationItIsAsItIsInEveryEpoch) {
  const data::SampleFiles files = put_noise(8, 8);
  const LoadedScribbles made = load(files, 8, {.sample = 3, .epoch = 7}, {.augment = false});
  EXPECT_EQ(made.image, load(files, 8, {}, {.augment = false}).image);
  const data::Image depth = data::read_grey(files.modality), strokes = data::read_grey(files.mask),
                    regions = data::read_grey(files.regions);
  for (std::size_t k = 0; k < made.pixels; ++k) {
    EXPECT_EQ(made.depth[3 * k], static_cast<float>(depth.pixels[k]) / 255.0f);
    EXPECT_EQ(made.semantic[k], strokes.pixels[k]);
    EXPECT_EQ(made.instance[k], regions.pixels[k] + 1);
  }
}

TEST_F(ScribbleSample, ColouredDepthIsReadAsGrey) {
  data::SampleFiles files = put_noise(12, 12);
  const data::Image colours = data::testing::noise(12, 12, 3, 5);
  files.modality = put("colours.png", colours);
  const LoadedScribbles made = load(files, 12, {}, {.augment = false});
  const data::Image grey = data::to_grey(colours);
  for (std::size_t k = 0; k < made.depth.size(); ++k)
    ASSERT_EQ(made.depth[k], static_cast<float>(grey.pixels[k / 3]) / 255.0f);
}

TEST_F(ScribbleSample, WhatIsRotatedInIsBackgroundUnlessTold) {
  const data::Image foreground(60, 60, 1, 1), white(60, 60, 1, 255);
  data::Image halves(60, 60, 1, 1);
  for (int i = 0; i < 60; ++i) std::fill_n(halves.at(i, 0), 30, 9);
  const data::SampleFiles files =
      put_sample(data::Image(60, 60, 3, 90), white, foreground, halves, white);
  const data::SampleRequest request = request_rotated(60, 60, 10);
  const LoadedScribbles published = load(files, 60, request);
  EXPECT_EQ(published.semantic.front(), 0);
  EXPECT_EQ(published.instance.front(), 0);
  EXPECT_EQ(published.contour.front(), 0);
  const LoadedScribbles nearest = load(files, 60, request, {.rotate_labels_nearest = true});
  EXPECT_EQ(nearest.semantic.front(), 2);
  EXPECT_EQ(nearest.instance.front(), 0);
  EXPECT_THAT(nearest.semantic, Not(Contains(0)));
  // Interpolation makes regions between the two; the nearest pixel makes none.
  EXPECT_THAT(published.instance, Contains(AllOf(::testing::Gt(2), ::testing::Lt(10))));
  EXPECT_THAT(nearest.instance, Each(::testing::AnyOf(0, 2, 10)));
  // Photograph, depth and contours are the same.
  EXPECT_EQ(nearest.image, published.image);
  EXPECT_EQ(nearest.depth, published.depth);
  EXPECT_EQ(nearest.contour, published.contour);
}

TEST_F(ScribbleSample, ExactRegionsKeepTheirNumbers) {
  const data::SampleFiles files = put_noise(64, 64, /*regions=*/256);
  const data::Image levels = data::read_grey(files.regions);
  const LoadedScribbles whole = load(files, 64, {}, {.augment = false, .exact_regions = true});
  for (std::size_t k = 0; k < whole.pixels; ++k) ASSERT_EQ(whole.instance[k], levels.pixels[k] + 1);
  EXPECT_THAT(whole.instance, Contains(256));
  EXPECT_THAT(load(files, 64, {}, {.augment = false}).instance, Not(Contains(256)));
  data::SampleFiles two = files;  // regions, far from each other
  data::Image halves(64, 64, 1, 1);
  for (int i = 0; i < 64; ++i) std::fill_n(halves.at(i, 0), 32, 250);
  two.regions = put("two.png", halves);
  const LoadedScribbles rotated =
      load(two, 64, request_rotated(64, 64, 10), {.exact_regions = true});
  EXPECT_EQ(rotated.instance.front(), 0);
  EXPECT_THAT(rotated.instance, Each(::testing::AnyOf(0, 2, 251)));
}

TEST_F(ScribbleSample, MayBeWithoutContours) {
  data::SampleFiles files = put_noise(16, 16);
  const LoadedScribbles with = load(files, 8, {});
  files.contours.clear();
  LoadedScribbles without(8);
  ScribbleSpans spans = without.spans();
  spans.contour = {};
  load_scribble_sample(files, {}, {.size = 8, .contours = false}, spans);
  EXPECT_EQ(without.semantic, with.semantic);
  EXPECT_THAT(without.contour, Each(-9.0f));
}

TEST_F(ScribbleSample, NamesWhatIsWrong) {
  const data::SampleFiles good = put_noise(20, 30);
  const auto error_with = [&](std::filesystem::path data::SampleFiles::*file,
                              const std::filesystem::path& other) {
    data::SampleFiles files = good;
    files.*file = other;
    return error_of([&] { load(files, 8, {}); });
  };
  const auto small = put("small.png", data::Image(19, 30, 1, 1));
  const auto turned = put("turned.png", data::Image(30, 20, 1, 1));
  for (const auto file : {&data::SampleFiles::modality, &data::SampleFiles::mask,
                          &data::SampleFiles::regions, &data::SampleFiles::contours}) {
    EXPECT_THAT(error_with(file, small),
                AllOf(HasSubstr(small.string() + "' has 19 x 30 pixels, and '" +
                                good.image.string() + "' 20 x 30; all maps of a sample"),
                      Not(HasSubstr("--upright"))));
    EXPECT_THAT(error_with(file, turned), HasSubstr("height and width are exchanged"));
    EXPECT_THAT(error_with(file, folder / "none.png"), HasSubstr("none.png' does not exist"));
    EXPECT_THAT(error_with(file, ""), HasSubstr("scribble sample: 'name' of set has no "));
  }
  EXPECT_THAT(error_of([&] { load_scribble_sample(good, {}, {.size = 0}, {}); }),
              HasSubstr("the size must be positive; got 0"));
}

}  // namespace
}  // namespace salix::testing
