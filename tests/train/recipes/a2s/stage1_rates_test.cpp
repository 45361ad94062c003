// The learning rates of stage 1 (A2S-v2, train.py), and when its encoder rests.
#include <gtest/gtest.h>

#include "data/loading/draws.h"
#include "engine/autograd/tape.h"
#include "models/a2s/a2s.h"
#include "train/optimizers/linear_decay.h"
#include "train/recipes/a2s/a2s_recipe.h"
#include "train/recipes/a2s/a2s_step.h"

namespace salix {
namespace {

TEST(LinearDecay, DecayLinearlyToAFifthAtTheLastIteration) {
  EXPECT_DOUBLE_EQ(linear_decay(1, 40), 0.98);
  EXPECT_DOUBLE_EQ(linear_decay(10, 40), 0.8);
  EXPECT_DOUBLE_EQ(linear_decay(20, 40), 0.6);
  EXPECT_EQ(linear_decay(40, 40), 0.2);
  EXPECT_DOUBLE_EQ(linear_decay(1, 1), 0.2);
}

TEST(A2sRates, TheEncoderRestsUntilTuneAndThenLearnsAtAHundredth) {
  const std::vector<double> resting = a2s_rates(0.1, 10, 40, /*epoch=*/2, /*tune=*/2);
  EXPECT_EQ(resting[0], 0);
  EXPECT_DOUBLE_EQ(resting[1], 0.08);
  const std::vector<double> tuned = a2s_rates(0.1, 20, 40, /*epoch=*/3, /*tune=*/2);
  EXPECT_DOUBLE_EQ(tuned[0], 0.0006);
  EXPECT_DOUBLE_EQ(tuned[1], 0.06);
}

struct Made {
  explicit Made(const std::vector<data::SampleFiles>& samples) : network(exec) {
    recipe.describe(options);
    options.set("--epochs", 30.0);
    step = recipe.step({exec, network, samples, 10, 5});
  }
  double encoder_rate(std::int64_t epoch, std::int64_t first) const {
    const StepInput input{.samples = {first},
                          .fields = {{"image", Tensor::zeros(exec, {1, 32, 32, 3})}}};
    return step->rates(input, {epoch, 0, 0})[0];
  }
  mutable Exec exec{{}, {.threads = 1}};
  A2s network;
  A2sRecipe recipe{A2s::describe()};
  Options options;
  std::unique_ptr<TrainingStep> step;
};

TEST(A2sRecipe, TunesMsbAfterTwoEpochsAllOthersAfterTwenty) {
  std::vector<data::SampleFiles> samples(2);
  samples[0].set = "MSB-TR";
  samples[1].set = "DUTS-TR";
  const Made made(samples);
  EXPECT_EQ(made.encoder_rate(2, 0), 0);
  EXPECT_GT(made.encoder_rate(3, 0), 0);
  EXPECT_EQ(made.encoder_rate(20, 1), 0);
  EXPECT_GT(made.encoder_rate(21, 1), 0);
}

TEST(A2sRecipe, DrawsTheSecondSizeAndTakesThePriorsThatThereAre) {
  const Made made(std::vector<data::SampleFiles>(1));
  Exec& exec = made.exec;
  const StepInput input{.samples = {0},
                        .fields = {{"image", Tensor::full(exec, {1, 160, 160, 3}, 0.5)},
                                   {"prior_o", Tensor::zeros(exec, {1, 160, 160, 3})}}};
  const NoGrad no_grad(exec);
  const Loss loss = made.step->loss(input, {1, 6, 6});
  const std::int64_t size = 160 + 64 * data::draw_scale(5, 6);  // draws count from 0
  EXPECT_EQ(std::get<std::int64_t>(loss.facts.front().second), size);
  EXPECT_EQ(loss.outputs.back().name, "second");
  EXPECT_EQ(loss.outputs.back().tensor.shape(), (Shape{1, size, size, 1}));
}

}  // namespace
}  // namespace salix
