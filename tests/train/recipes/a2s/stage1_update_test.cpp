// What one and several iterations of stage 1 do to weights, momentum and running statistics.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "layers/functional/resize_bilinear.h"
#include "layers/modules/state_dict.h"
#include "models/a2s/a2s.h"
#include "tests/support/tensors.h"
#include "train/loop/iteration.h"
#include "train/loop/not_finite.h"
#include "train/recipes/a2s/a2s_step.h"

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
  explicit Training(const A2sStepParams& params)
      : network(exec), step(network, params), iteration(exec, step) {
    network.train();
  }
  StepInput batch(std::int64_t number, bool with_depth = false) {
    const auto seed = static_cast<std::uint64_t>(100 + number);
    StepInput batch{.fields = {{"image", random_tensor(exec, {2, 64, 64, 3}, seed)}}};
    if (with_depth) {
      batch.fields.emplace_back("prior_d", random_tensor(exec, {2, 64, 64, 3}, seed + 50, 0, 1));
    }
    return batch;
  }
  StepSummary once(const StepInput& batch, std::int64_t number) {
    return iteration(batch, {1, 0, number - 1});
  }
  void run(std::int64_t first, std::int64_t last) {
    for (std::int64_t number = first; number <= last; ++number) once(batch(number), number);
  }
  io::NamedArrays state() const { return state_dict(network); }
  std::vector<double> of(const std::string& name) const { return doubles(state().at(name)); }

  Exec exec{{}, {.threads = 1}};
  A2s network;
  A2sStep step;
  Iteration iteration;
};

A2sStepParams params() { return {.epochs = 2, .steps_per_epoch = 4, .second_size = 96}; }

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
  A2sStepParams whole = params();
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
  A2sStepParams clipping = params();
  clipping.update.clip_gradient = 1e-3;
  Training clipped(clipping);
  EXPECT_FALSE(clipped.step.skips_encoder());
  EXPECT_GT(clipped.once(clipped.batch(1), 1).gradient_norm, 1e-3);
}

// One step from zero momentum without decay: the change is rate * gradient, whose norm over all
// parameters is the limit; the encoder's part is not seen, so the decoder's is at most that.
TEST(Stage1Update, ClippingBoundsTheUpdate) {
  A2sStepParams clipping = params();
  clipping.update.clip_gradient = 1e-3;
  clipping.weight_decay = 0;
  Training clipped(clipping);
  const io::NamedArrays before = clipped.state();
  const StepSummary report = clipped.once(clipped.batch(1), 1);
  double squares = 0;
  for (const auto& [name, array] : clipped.state()) {
    if (!name.starts_with("decoder.")) continue;
    const std::vector<double> a = doubles(before.at(name)), b = doubles(array);
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  }
  const double bound = report.rates[1].second * 1e-3;
  EXPECT_LE(std::sqrt(squares), bound * 1.001);
  EXPECT_GT(std::sqrt(squares), bound * 0.01);
}

// Without decay and from zero momentum, two iterations of one batch, summed, move twice as far as
// one: train mode does not look at the running statistics that changed in between.
TEST(Stage1Update, AveBatchSumsTheGradientsOfItsIterations) {
  A2sStepParams once = params();
  once.weight_decay = 0;
  A2sStepParams twice = once;
  twice.update.ave_batch = 2;
  Training single(once), summed(twice);
  const std::vector<double> start = single.of(kDecoderWeight);
  single.once(single.batch(2), 2);
  const StepInput same = summed.batch(2);
  summed.once(same, 1);
  EXPECT_EQ(summed.of(kDecoderWeight), start);
  summed.once(same, 2);
  const std::vector<double> one = single.of(kDecoderWeight), two = summed.of(kDecoderWeight);
  double projection = 0, squares = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    projection += (two[i] - start[i]) * (one[i] - start[i]);
    squares += (one[i] - start[i]) * (one[i] - start[i]);
  }
  EXPECT_NEAR(projection / squares, 2, 1e-3);
}

TEST(Stage1Update, AnEpochDropsTheGradientsThatTheOneBeforeLeft) {
  A2sStepParams twice = params();
  twice.update.ave_batch = 2;
  Training dropped(twice), never(twice);
  dropped.run(1, 1);
  dropped.iteration.start_epoch();
  // `never` sees the first batch without keeping its gradients either way: only the running
  // statistics move, which weights in train mode do not depend on.
  dropped.run(2, 2);
  never.run(2, 2);
  EXPECT_EQ(dropped.of(kDecoderWeight), never.of(kDecoderWeight));
}

// running <- 0.9 running + 0.1 batch, once at each size.
TEST(Stage1Update, RunningStatisticsMoveTwicePerIteration) {
  Training training(params()), by_hand(params());
  training.run(1, 1);
  const Tensor image = by_hand.batch(1)["image"];
  by_hand.network(image);
  by_hand.network(resize_bilinear(image, 96, 96, {.align_corners = true}));
  for (const char* name : {"encoder.bn1.running_mean", "encoder.layer4.2.bn3.running_var"})
    EXPECT_EQ(training.of(name), by_hand.of(name)) << name;
  EXPECT_EQ(training.state().at("encoder.bn1.num_batches_tracked").as<std::int64_t>()[0], 2);
}

TEST(Stage1Update, ALossThatIsNoNumberIsNamedAndMovesNoWeight) {
  Training training(params());
  StepInput batch = training.batch(3);
  batch.fields[0].second.fill(std::numeric_limits<double>::quiet_NaN());
  const std::vector<double> before = training.of(kDecoderWeight);
  std::string message;
  try {
    training.iteration(batch, {2, 0, 2});
  } catch (const NotFinite& error) {
    message = error.what();
  }
  EXPECT_THAT(message, AllOf(HasSubstr("the loss must be finite"), HasSubstr("epoch 2, step 3")));
  EXPECT_EQ(training.of(kDecoderWeight), before);
}

TEST(Stage1Update, AddsTheConsistencyOfOtherModalities) {
  Training training(params());
  const StepSummary report = training.once(training.batch(1, /*with_depth=*/true), 1);
  ASSERT_EQ(report.terms.size(), 3U);
  EXPECT_EQ(report.terms[1].first, "btm");
  EXPECT_GT(report.terms[1].second, 0);
  EXPECT_NEAR(report.total,
              report.terms[0].second + report.terms[1].second + report.terms[2].second, 1e-6);
}

}  // namespace
}  // namespace salix::testing
