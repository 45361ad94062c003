// The learning rates of stage 1 (A2S-v2, train.py), and when its encoder rests.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/loading/draws.h"
#include "train/recipes/a2s/learning_rates.h"
#include "train/recipes/a2s/stage1_batch.h"

namespace salix {
namespace {

TEST(Stage1Rates, DecayLinearlyToAFifthAtTheLastIteration) {
  EXPECT_DOUBLE_EQ(linear_decay(1, 40), 0.98);
  EXPECT_DOUBLE_EQ(linear_decay(10, 40), 0.8);
  EXPECT_DOUBLE_EQ(linear_decay(20, 40), 0.6);
  EXPECT_EQ(linear_decay(40, 40), 0.2);
  EXPECT_DOUBLE_EQ(linear_decay(1, 1), 0.2);
}

TEST(Stage1Rates, TheEncoderRestsUntilTuneAndThenLearnsAtAHundredth) {
  const Stage1Rates resting = stage1_rates(0.1, 10, 40, /*epoch=*/2, /*tune=*/2);
  EXPECT_EQ(resting.encoder, 0);
  EXPECT_DOUBLE_EQ(resting.decoder, 0.08);
  const Stage1Rates tuned = stage1_rates(0.1, 20, 40, /*epoch=*/3, /*tune=*/2);
  EXPECT_DOUBLE_EQ(tuned.encoder, 0.0006);
  EXPECT_DOUBLE_EQ(tuned.decoder, 0.06);
}

TEST(Stage1Rates, MsbIsTunedAfterTwoEpochsAllOthersAfterTwenty) {
  data::SampleFiles sample;
  sample.set = "MSB-TR";
  EXPECT_EQ(default_tune(sample), 2);
  sample.set = "DUTS-TR";
  EXPECT_EQ(default_tune(sample), 20);
}

TEST(Stage1Batch, CarriesThePriorsThatThereAreAndTheDrawnSize) {
  Exec exec({}, {.threads = 1});
  data::Batch batch;
  const data::HostMemory memory = data::make_reusing_memory();
  constexpr std::size_t kValues = 2 * 32 * 32 * 3;
  batch.samples = {4, 2};
  batch.epoch = 3;
  batch.image = data::HostBuffer(kValues, memory);
  batch.prior[1] = data::HostBuffer(kValues, memory);
  std::fill_n(batch.image.data(), kValues, 2.0F);
  std::fill_n(batch.prior[1].data(), kValues, 0.0F);  // a sample without flow has zeros
  const Stage1Batch made = make_stage1_batch(exec, batch, 32, /*seed=*/5, /*step=*/7);
  EXPECT_EQ(made.image.shape(), (Shape{2, 32, 32, 3}));
  ASSERT_EQ(made.priors.shape(), (Shape{2, 32, 32, 6}));
  const std::vector<float> pixel = made.priors.to_vector<float>();
  EXPECT_EQ(std::vector<float>(pixel.begin(), pixel.begin() + 6),
            (std::vector<float>{2, 2, 2, 0, 0, 0}));
  EXPECT_EQ(made.epoch, 3);
  EXPECT_EQ(made.second_size, 32 + 64 * data::draw_scale(5, 6));  // draws count from 0
}

}  // namespace
}  // namespace salix
