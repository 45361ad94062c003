#include "train/recipes/supervised/multi_scale.h"

#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <map>

#include "layers/functional/resize_bilinear.h"
#include "tests/support/paths.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class MultiScaleResize : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, MultiScaleResize, ::testing::ValuesIn(all_targets()),
                         target_name);

TEST_P(MultiScaleResize, LabelsAreTheNearestPixels) {
  MultiScale multi_scale;
  for (const auto& [height, width, side] :
       {std::array{5, 7, 3}, std::array{5, 7, 13}, std::array{6, 6, 6}, std::array{1, 2, 4}}) {
    const Tensor label = random_tensor(exec(), {2, height, width, 2}, 1);
    const std::vector<double> in = label.to_vector<double>();
    std::vector<double> expected;
    for (int n = 0; n < 2; ++n)
      for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j)
          for (int c = 0; c < 2; ++c) {
            const int y = i * height / side, x = j * width / side;
            expected.push_back(
                in[static_cast<std::size_t>(((n * height + y) * width + x) * 2 + c)]);
          }
    for (int again = 0; again < 2; ++again) {  // the second time from its tables
      const Tensor resized = multi_scale.label(label, side);
      EXPECT_EQ(resized.shape(), (Shape{2, side, side, 2}));
      EXPECT_TRUE(close(resized, expected, tolerance::exact));
    }
  }
}

TEST_P(MultiScaleResize, ImagesAreBilinearWithAlignedCorners) {
  const Tensor image = random_tensor(exec(), {2, 6, 6, 3}, 1);
  EXPECT_TRUE(same_bits(MultiScale().image(image, 9),
                        resize_bilinear(image, 9, 9, {.align_corners = true})));
  EXPECT_TRUE(MultiScale().image(image, 6).same_memory(image));
}

TEST_P(MultiScaleResize, RefusesBadRequests) {
  MultiScale multi_scale;
  const Tensor flat = Tensor::zeros(exec(), {4, 4});
  EXPECT_THAT(error_of([&] { multi_scale.label(flat, 8); }),
              HasSubstr("multi-scale: needs [N,H,W,C] and a positive side; got [4, 4] and 8"));
  EXPECT_THAT(error_of([&] { multi_scale.image(flat, 8); }), HasSubstr("got [4, 4] and 8"));
}

TEST(BatchSize, EqualsThatOfAnIndependentPhilox) {
  std::ifstream golden(golden_folder() / "supervised" / "batch_sizes.txt");
  int rows = 0;
  for (std::uint64_t seed = 0; golden >> seed; ++rows) {
    for (int k = 0, size = 0; k < 23; ++k) {
      golden >> size;
      EXPECT_EQ(draw_batch_size(320, seed, k), size) << k;
    }
  }
  EXPECT_EQ(rows, 3);
}

TEST(BatchSize, HasFiveFairValuesByIteration) {
  std::map<int, int> counts;
  for (int k = 0; k < 5000; ++k) ++counts[draw_batch_size(320, 9, k)];
  ASSERT_EQ(counts.size(), 5U);
  for (const int size : {192, 256, 320, 384, 448}) EXPECT_NEAR(counts[size], 1000, 142);  // 5 sigma
  EXPECT_EQ(draw_batch_size(320, 9, 7), draw_batch_size(320, 9, 7));
  EXPECT_THAT(error_of([] { draw_batch_size(128, 0, 0); }),
              HasSubstr("multi-scale: the size must be above 128 and the iteration 0 to 2^32 - 1; "
                        "got 128 and 0"));
  EXPECT_THAT(error_of([] { draw_batch_size(320, 0, -1); }), HasSubstr("got 320 and -1"));
}

}  // namespace
}  // namespace salix::testing
