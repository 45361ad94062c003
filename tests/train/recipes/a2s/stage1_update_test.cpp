// What one and several iterations of stage 1 do to weights, momentum and running statistics.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "layers/functional/resize_bilinear.h"
#include "layers/modules/state_dict.h"
#include "tests/support/tensors.h"
#include "train/loop/not_finite.h"
#include "train/recipes/a2s/stage1_step.h"

namespace salix::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<double> doubles(const io::Array& array) {
  const auto values = array.as<float>();
  return {values.begin(), values.end()};
}

// Equal networks, as their Execs have one seed, trained on equal pictures of 64 x 64.
struct Training {
  explicit Training(const Stage1Params& params) : network(exec), step(network, params) {
    network.train();
  }
  Stage1Batch batch(std::int64_t number, bool with_depth = false) {
    Stage1Batch batch{.image = random_tensor(exec, {2, 64, 64, 3}, 100 + number),
                      .priors = {},
                      .second_size = number % 2 == 1 ? 96 : 32,
                      .step = number};
    batch.priors =
        with_depth ? random_tensor(exec, {2, 64, 64, 6}, 100 + number, 0, 1) : batch.image;
    return batch;
  }
  void run(std::int64_t first, std::int64_t last) {
    for (std::int64_t number = first; number <= last; ++number) step(batch(number));
  }
  io::NamedArrays state() const { return state_dict(network); }
  std::vector<double> of(const std::string& name) const { return doubles(state().at(name)); }

  Exec exec{{}, {.threads = 1}};
  A2s network;
  Stage1Step step;
};

Stage1Params params() {
  return {.epochs = 2, .steps_per_epoch = 4, .encoder_rests = true, .skip_resting_encoder = true};
}

::testing::AssertionResult same_state(const io::NamedArrays& a, const io::NamedArrays& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << "other tensors";
  for (const auto& [name, array] : a) {
    if (!(b.at(name) == array)) return ::testing::AssertionFailure() << name << " differs";
  }
  return ::testing::AssertionSuccess();
}

const char* const kDecoderWeight = "decoder.fusion.ad0.0.weight";

// Weight decay included: a rate of zero multiplies it too.
TEST(Stage1Update, LeavingOutTheRestingEncodersBackwardChangesNoBit) {
  Stage1Params whole = params();
  whole.skip_resting_encoder = false;
  Training skipping(params()), full(whole);
  EXPECT_TRUE(skipping.step.skips_encoder());
  EXPECT_FALSE(full.step.skips_encoder());
  const io::NamedArrays before = full.state();
  skipping.run(1, 3);
  full.run(1, 3);
  EXPECT_TRUE(same_state(skipping.state(), full.state()));
  EXPECT_TRUE(full.state().at("encoder.conv1.weight") == before.at("encoder.conv1.weight"));
  EXPECT_FALSE(full.state().at(kDecoderWeight) == before.at(kDecoderWeight));
}

TEST(Stage1Update, ClippingLooksAtTheEncodersGradientsSoTheyAreComputed) {
  Stage1Params clipping = params();
  clipping.gradients.clip_gradient = 1e-3;
  Training clipped(clipping);
  EXPECT_FALSE(clipped.step.skips_encoder());
  EXPECT_GT(clipped.step(clipped.batch(1)).gradient_norm, 1e-3);
}

// One step from zero momentum without decay: the change is rate * gradient, whose norm over all
// parameters is the limit; the encoder's part is not seen, so the decoder's is at most that.
TEST(Stage1Update, ClippingBoundsTheUpdate) {
  Stage1Params clipping = params();
  clipping.gradients.clip_gradient = 1e-3;
  clipping.weight_decay = 0;
  Training clipped(clipping);
  const io::NamedArrays before = clipped.state();
  const Stage1Report report = clipped.step(clipped.batch(1));
  double squares = 0;
  for (const auto& [name, array] : clipped.state()) {
    if (!name.starts_with("decoder.")) continue;
    const std::vector<double> a = doubles(before.at(name)), b = doubles(array);
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  }
  const double bound = report.rates.decoder * 1e-3;
  EXPECT_LE(std::sqrt(squares), bound * 1.001);
  EXPECT_GT(std::sqrt(squares), bound * 0.01);
}

// Without decay and from zero momentum, two iterations of one batch, summed, move twice as far as
// one: train mode does not look at the running statistics that changed in between.
TEST(Stage1Update, AveBatchSumsTheGradientsOfItsIterations) {
  Stage1Params once = params();
  once.weight_decay = 0;
  Stage1Params twice = once;
  twice.gradients.ave_batch = 2;
  Training single(once), summed(twice);
  const std::vector<double> start = single.of(kDecoderWeight);
  Stage1Batch batch = single.batch(2), same = summed.batch(2);
  single.step(batch);
  same.step = 1;
  summed.step(same);
  EXPECT_EQ(summed.of(kDecoderWeight), start);
  same.step = 2;
  summed.step(same);
  const std::vector<double> one = single.of(kDecoderWeight), two = summed.of(kDecoderWeight);
  double projection = 0, squares = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    projection += (two[i] - start[i]) * (one[i] - start[i]);
    squares += (one[i] - start[i]) * (one[i] - start[i]);
  }
  EXPECT_NEAR(projection / squares, 2, 1e-3);
}

TEST(Stage1Update, AnEpochDropsTheGradientsThatTheOneBeforeLeft) {
  Stage1Params twice = params();
  twice.gradients.ave_batch = 2;
  Training dropped(twice), never(twice);
  dropped.run(1, 1);
  dropped.step.gradients().start_epoch();
  // `never` sees the first batch without keeping its gradients either way: only the running
  // statistics move, which weights in train mode do not depend on.
  const Stage1Batch second = dropped.batch(2);
  dropped.step(second);
  never.step(never.batch(2));
  EXPECT_EQ(dropped.of(kDecoderWeight), never.of(kDecoderWeight));
}

// running <- 0.9 running + 0.1 batch, once at each size.
TEST(Stage1Update, RunningStatisticsMoveTwicePerIteration) {
  Training training(params()), by_hand(params());
  training.run(1, 1);
  const Stage1Batch batch = by_hand.batch(1);
  by_hand.network(batch.image);
  by_hand.network(resize_bilinear(batch.image, 96, 96, {.align_corners = true}));
  for (const char* name : {"encoder.bn1.running_mean", "encoder.layer4.2.bn3.running_var"})
    EXPECT_EQ(training.of(name), by_hand.of(name)) << name;
  EXPECT_EQ(training.state().at("encoder.bn1.num_batches_tracked").as<std::int64_t>()[0], 2);
}

TEST(Stage1Update, ALossThatIsNoNumberIsNamedAndMovesNoWeight) {
  Training training(params());
  Stage1Batch batch = training.batch(3);
  batch.epoch = 2;
  batch.image.fill(std::numeric_limits<double>::quiet_NaN());
  const std::vector<double> before = training.of(kDecoderWeight);
  std::string message;
  try {
    training.step(batch);
  } catch (const NotFinite& error) {
    message = error.what();
  }
  EXPECT_THAT(message, AllOf(HasSubstr("the loss must be finite"), HasSubstr("epoch 2, step 3")));
  EXPECT_EQ(training.of(kDecoderWeight), before);
}

TEST(Stage1Update, AddsTheConsistencyOfOtherModalities) {
  Training training(params());
  const Stage1Report report = training.step(training.batch(1, /*with_depth=*/true));
  EXPECT_GT(report.btm, 0);
  EXPECT_NEAR(report.total, report.csd + report.btm + report.consistency, 1e-6);
}

}  // namespace
}  // namespace salix::testing
