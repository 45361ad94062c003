// One sample equals the published loader's Pillow and NumPy sequence to the bit.
#include "data/loading/training_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <sstream>

#include "data/image/normalize.h"
#include "engine/error.h"
#include "tests/data/sets/tree_support.h"
#include "tests/support/paths.h"

namespace salix::data {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using testing::put_image;

std::string fnv_of(const std::vector<float>& values) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  std::ostringstream hex;
  hex << std::hex << std::setfill('0') << std::setw(16)
      << testing::fnv({bytes, values.size() * sizeof(float)});
  return hex.str();
}

class TrainingSampleTest : public ::testing::Test {
 protected:
  SampleFiles files(int height, int width) {
    put_image(scratch_ / "image.png", 3, 1, height, width);
    put_image(scratch_ / "mask.png", 1, 2, height, width);
    put_image(scratch_ / "depth.png", 1, 3, height, width);
    return {Task::kDepth,          "set", "name", scratch_ / "image.png", scratch_ / "mask.png",
            scratch_ / "depth.png"};
  }
  salix::testing::ScratchFolder scratch_;
};

TEST_F(TrainingSampleTest, EqualsPillowAndNumPyToTheBit) {
  std::ifstream golden(salix::testing::golden_folder() / "sample" / "samples.txt");
  int height = 0, width = 0, size = 0, flip = 0, rows = 0;
  std::string image, mask, modality;
  for (; golden >> height >> width >> size >> flip >> image >> mask >> modality; ++rows) {
    SCOPED_TRACE(::testing::Message()
                 << height << " x " << width << " to " << size << " flip " << flip);
    const auto sample = load_training_sample(files(height, width), "cd", size, flip != 0);
    EXPECT_EQ(fnv_of(sample.image), image);
    EXPECT_EQ(fnv_of(sample.mask), mask);
    EXPECT_EQ(fnv_of(sample.prior[0]), modality);
    EXPECT_EQ(sample.flipped, flip != 0);
    if (flip == 0) {
      const TestSample test = load_test_sample(files(height, width), size);
      EXPECT_EQ(fnv_of(test.image), image);
      EXPECT_EQ(fnv_of(test.modality), modality);
    }
  }
  EXPECT_EQ(rows, 14);
}

TEST_F(TrainingSampleTest, HasAPriorPerLetterAndZerosForTheOthers) {
  const auto sample = load_training_sample(files(5, 6), "ctd", 8, false);
  EXPECT_EQ(sample.prior[0].size(), 8u * 8u * 3u);
  EXPECT_TRUE(sample.prior[1].empty());
  ASSERT_EQ(sample.prior[2].size(), 8u * 8u * 3u);
  EXPECT_THAT(sample.prior[2], Each(0.0f));
}

TEST_F(TrainingSampleTest, MakesAConstantMaskEmpty) {
  SampleFiles constant = files(5, 6);
  write_image(scratch_ / "full.png", Image(5, 6, 1, 255));
  constant.mask = scratch_ / "full.png";
  EXPECT_THAT(load_training_sample(constant, "c", 8, false).mask, Each(0.0f));
}

TEST_F(TrainingSampleTest, WorksWithoutMaskAndModality) {
  SampleFiles bare = files(5, 6);
  bare.mask.clear();
  bare.modality.clear();
  const auto sample = load_training_sample(bare, "d", 8, false);
  EXPECT_TRUE(sample.mask.empty());
  EXPECT_THAT(sample.prior[0], Each(0.0f));
  const TestSample test = load_test_sample(bare, 8);
  EXPECT_TRUE(test.truth.empty());
  EXPECT_TRUE(test.modality.empty());
  EXPECT_EQ(test.height, 5);
  EXPECT_EQ(test.width, 6);
}

TEST_F(TrainingSampleTest, KeepsTheTruthAtItsSize) {
  SampleFiles sample = files(5, 6);
  put_image(scratch_ / "mask.png", 1, 2, 9, 4);
  const TestSample test = load_test_sample(sample, 8);
  EXPECT_EQ(test.height, 9);
  EXPECT_EQ(test.width, 4);
  EXPECT_EQ(test.truth.pixels, testing::noise(9, 4, 1, 2).pixels);
}

// All three by the same source pixels.
TEST_F(TrainingSampleTest, NearestTakesTheFloorOfThePosition) {
  const SampleFiles sample = files(9, 7);
  const auto expected = [&](const Image& file) { return resize_nearest_floor(file, 4, 4); };
  std::vector<float> image(3u * 16), mask(16), depth(image);
  normalize_rgb(expected(testing::noise(9, 7, 3, 1)), image);
  normalize_mask(expected(testing::noise(9, 7, 1, 2)), mask);
  scale_modality(to_rgb(expected(testing::noise(9, 7, 1, 3))), depth);
  const auto made = load_training_sample(sample, "d", 4, false, Resampling::kNearest);
  EXPECT_EQ(made.image, image);
  EXPECT_EQ(made.mask, mask);
  EXPECT_EQ(made.prior[0], depth);
  const TestSample test = load_test_sample(sample, 4, nullptr, Resampling::kNearest);
  EXPECT_EQ(test.image, image);
  EXPECT_EQ(test.modality, depth);
}

TEST_F(TrainingSampleTest, NamesTheFileThatIsBad) {
  SampleFiles bad = files(5, 6);
  std::ofstream(scratch_ / "depth.png") << "not an image";
  try {
    load_training_sample(bad, "d", 8, false);
    FAIL();
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("depth.png"));
  }
  EXPECT_THROW(load_training_sample(bad, "c", 0, false), InvalidInput);
}

}  // namespace
}  // namespace salix::data
