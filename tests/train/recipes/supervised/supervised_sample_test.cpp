// One sample equals SALOD's NumPy and Pillow sequence to the bit.
#include "train/recipes/supervised/supervised_sample.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "data/image/mirror.h"
#include "tests/data/sets/tree_support.h"
#include "tests/support/paths.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using data::testing::put_image;
using ::testing::HasSubstr;

std::string fnv_of(const std::vector<float>& values) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  std::ostringstream hex;
  hex << std::hex << std::setfill('0') << std::setw(16)
      << data::testing::fnv({bytes, values.size() * sizeof(float)});
  return hex.str();
}

struct Loaded {
  explicit Loaded(int size)
      : pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)),
        image(3 * pixels, -1.0f),
        mask(pixels, -1.0f),
        modality(3 * pixels, -1.0f) {}
  std::size_t pixels;
  std::vector<float> image, mask, modality;
};

class SupervisedSample : public ::testing::Test {
 protected:
  data::SampleFiles files(int height, int width) {
    put_image(scratch_ / "image.png", 3, 1, height, width);
    put_image(scratch_ / "mask.png", 1, 2, height, width);
    put_image(scratch_ / "depth.png", 1, 3, height, width);
    return {data::Task::kDepth,    "set", "name", scratch_ / "image.png", scratch_ / "mask.png",
            scratch_ / "depth.png"};
  }
  ScratchFolder scratch_;
};

TEST_F(SupervisedSample, EqualsPillowAndNumPyToTheBit) {
  std::ifstream golden(golden_folder() / "supervised" / "samples.txt");
  int height = 0, width = 0, size = 0, flipped = 0, rows = 0;
  data::SampleRequest draws;
  std::string image, mask, modality;
  for (; golden >> height >> width >> size >> draws.seed >> draws.epoch >> draws.sample >>
         flipped >> image >> mask >> modality;
       ++rows) {
    SCOPED_TRACE(::testing::Message() << height << " x " << width << " to " << size << ", epoch "
                                      << draws.epoch << ", sample " << draws.sample);
    Loaded made(size);
    EXPECT_EQ(load_supervised_sample(files(height, width), size, draws, {},
                                     {made.image, made.mask, made.modality}),
              flipped != 0);
    EXPECT_EQ(fnv_of(made.image), image);
    EXPECT_EQ(fnv_of(made.mask), mask);
    EXPECT_EQ(fnv_of(made.modality), modality);
  }
  EXPECT_EQ(rows, 21);
}

TEST_F(SupervisedSample, WithoutCropTheWholeImageIsSeenInEveryEpoch) {
  const data::SampleFiles sample = files(48, 80);
  std::vector<float> maps[2][3];
  for (int crop = 0; crop < 2; ++crop) {
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
      Loaded made(16);
      // Sample 9 is not mirrored in any of these epochs.
      EXPECT_FALSE(load_supervised_sample(sample, 16, {.sample = 9, .epoch = epoch, .seed = 8},
                                          {.crop = crop == 1}, {made.image, {}, {}}));
      EXPECT_EQ(made.mask, std::vector<float>(made.pixels, -1.0f));  // not asked for
      maps[crop][epoch] = made.image;
    }
  }
  EXPECT_EQ(maps[0][0], maps[0][1]);
  EXPECT_NE(maps[1][0], maps[1][1]);
  EXPECT_NE(maps[1][1], maps[1][2]);
}

TEST_F(SupervisedSample, TheMaskIsZeroOrOneAboveHalf) {
  data::SampleFiles sample = files(20, 20);
  data::Image levels(20, 20, 1, 128);
  for (int i = 0; i < 20; ++i) *levels.at(i, 3) = 129;
  data::write_image(scratch_ / "mask.png", levels);
  Loaded made(20);
  load_supervised_sample(sample, 20, {}, {.crop = false}, {made.image, made.mask, {}});
  EXPECT_EQ(std::count(made.mask.begin(), made.mask.end(), 1.0f), 20);
  EXPECT_EQ(std::count(made.mask.begin(), made.mask.end(), 0.0f), 380);
}

TEST_F(SupervisedSample, NearestTakesTheFloorOfThePosition) {
  const data::SampleFiles sample = files(9, 7);
  Loaded made(4);
  const bool flipped = load_supervised_sample(
      sample, 4, {}, {.crop = false, .resampling = data::Resampling::kNearest},
      {made.image, made.mask, made.modality});
  data::Image mask = data::resize_nearest_floor(data::read_grey(sample.mask), 4, 4);
  if (flipped) data::mirror(mask);
  for (std::size_t k = 0; k < made.pixels; ++k)
    EXPECT_EQ(made.mask[k], mask.pixels[k] > 128 ? 1.0f : 0.0f);
  data::Image depth = data::resize_nearest_floor(data::read_rgb(sample.modality), 4, 4);
  if (flipped) data::mirror(depth);
  for (std::size_t k = 0; k < depth.pixels.size(); ++k)
    EXPECT_EQ(made.modality[k], static_cast<float>(depth.pixels[k]) / 255.0f);
}

TEST_F(SupervisedSample, NamesWhatIsMissing) {
  data::SampleFiles sample = files(20, 20);
  Loaded made(8);
  std::ofstream(scratch_ / "depth.png") << "not an image";
  EXPECT_THAT(error_of([&] {
                load_supervised_sample(sample, 8, {}, {}, {made.image, made.mask, made.modality});
              }),
              HasSubstr("depth.png"));
  sample.mask.clear();
  sample.modality.clear();
  EXPECT_THAT(error_of([&] {
                load_supervised_sample(sample, 8, {}, {}, {{}, made.mask, {}});
              }),
              HasSubstr("a mask is wanted, but sample 'name' of set has none"));
  EXPECT_THAT(error_of([&] {
                load_supervised_sample(sample, 8, {}, {}, {{}, {}, made.modality});
              }),
              HasSubstr("a modality is wanted, but sample 'name' of set has none"));
  EXPECT_THAT(error_of([&] { load_supervised_sample(sample, 0, {}, {}, {}); }),
              HasSubstr("the size must be positive; got 0"));
}

}  // namespace
}  // namespace salix::testing
