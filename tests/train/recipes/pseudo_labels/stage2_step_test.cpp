// One and several iterations of stage 2 on a small network: rates, groups, what is skipped, what
// is summed, what is refused.
#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "data/image/image_io.h"
#include "data/loading/draws.h"
#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "tests/train/loop/two_heads.h"
#include "train/loop/iteration.h"
#include "train/loop/not_finite.h"
#include "train/optimizers/parameter_groups.h"
#include "train/recipes/pseudo_labels/pseudo_labels_recipe.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(PseudoLabelsRates, TheEncoderLearnsAtATenthFromTheFirstIteration) {
  const std::vector<double> first = pseudo_labels_rates(0.005, 1, 40);
  EXPECT_DOUBLE_EQ(first[0], 0.00049);
  EXPECT_DOUBLE_EQ(first[1], 0.0049);
  const std::vector<double> last = pseudo_labels_rates(0.005, 40, 40);
  EXPECT_DOUBLE_EQ(last[0], 0.0001);
  EXPECT_DOUBLE_EQ(last[1], 0.001);
}

std::vector<std::string> names_of(const Optimizer::Group& group) {
  std::vector<std::string> names;
  for (const StateEntry& entry : group.parameters) names.push_back(entry.name);
  return names;
}

TEST(ParameterGroups, AreTheEncodersAndTheRest) {
  Exec exec;
  TwoHeads network(exec, /*modality=*/true);
  const auto groups = parameter_groups(network, 0.25);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_THAT(names_of(groups[0]),
              ElementsAre("encoder.weight", "encoder.bias", "t_net.weight", "t_net.bias"));
  EXPECT_THAT(names_of(groups[1]), ElementsAre("score.weight", "score.bias", "score_1.weight",
                                               "score_1.bias", "unused.weight", "unused.bias"));
  EXPECT_EQ(groups[0].weight_decay, 0.25);
  EXPECT_EQ(groups[1].weight_decay, 0.25);
}

// A batch of two 8x8 images with depth, the object on the left, as the loader gives them.
data::Batch batch_of(std::uint64_t seed, const std::string& letters = "d") {
  static const data::HostMemory memory = data::make_reusing_memory();
  constexpr std::size_t kPixels = 2 * 8 * 8;
  Exec exec;
  const auto noise = [&](std::uint64_t stream) {
    const auto values =
        random_tensor(exec, {2, 8, 8, 3}, 10 * seed + stream, 0, 1).to_vector<float>();
    data::HostBuffer buffer(values.size(), memory);
    std::copy(values.begin(), values.end(), buffer.data());
    return buffer;
  };
  data::Batch batch;
  batch.epoch = 2;
  batch.samples = {1, 0};
  batch.fields.push_back({{"image", {8, 8, 3}}, noise(0)});
  batch.fields.push_back({{"mask", {8, 8, 1}}, data::HostBuffer(kPixels, memory)});
  float* const mask = batch["mask"].data();
  for (std::size_t i = 0; i < kPixels; ++i) mask[i] = i % 8 < 3 ? 0.9F : 0.4F;
  for (const char letter : letters) {
    batch.fields.push_back({{str("prior_", letter), {8, 8, 3}}, noise(1)});
  }
  return batch;
}

constexpr PseudoLabelsStepParams kParams{.epochs = 2, .steps_per_epoch = 4};

struct Training {
  explicit Training(PseudoLabelsStepParams params = kParams, bool modality = true,
                    LabelRefinement* refinement = nullptr)
      : network(exec, modality),
        step(network, decaying(params, network), refinement),
        iteration(exec, step) {}
  static PseudoLabelsStepParams decaying(PseudoLabelsStepParams params, const Network& network) {
    params.weight_decay = network.facts().weight_decay;
    return params;
  }
  // The position that follows `number - 1` iterations, all of epoch 2.
  StepSummary run(std::int64_t number, std::uint64_t seed = 1) {
    return run(batch_of(seed), {2, 0, number - 1});
  }
  StepSummary run(const data::Batch& batch, const TrainingPosition& position) {
    return iteration.queue(batch, position).finish();
  }
  // Probabilities before any update.
  std::vector<float> prediction(const data::Batch& batch) {
    const NoGrad no_grad(exec);
    const StepInput input = to_device(exec, batch);
    return sigmoid(network.outputs(input["image"], input["prior_d"])[0].tensor).to_vector<float>();
  }
  std::vector<float> of(const std::string& name) const {
    for (const StateEntry& entry : network.parameters())
      if (entry.name == name) return entry.tensor->to_vector<float>();
    throw InvalidInput("no parameter " + name);
  }
  Exec exec{{}, {.threads = 1}};
  TwoHeads network;
  PseudoLabelsStep step;
  Iteration iteration;
};

TEST(Stage2Step, ReportsTheWeightedTermsAndTheRates) {
  Training two;
  const StepSummary report = two.run(2);
  ASSERT_THAT(report.terms, ElementsAre(Pair("iou_score", ::testing::Gt(0.0)),
                                        Pair("iou_score1", ::testing::Gt(0.0))));
  EXPECT_NEAR(report.total, report.terms[0].second + report.terms[1].second, 1e-6);
  EXPECT_LT(report.terms[1].second, 0.2);
  ASSERT_THAT(report.rates, ElementsAre(Pair("encoder", 0.0004), Pair("decoder", 0.004)));
  EXPECT_EQ(two.step.update().optimizer().groups()[0].learning_rate, 0.0004);
  EXPECT_EQ(two.step.update().optimizer().groups()[1].learning_rate, 0.004);

  Training one(kParams, /*modality=*/false);
  const StepSummary single = one.run(2);
  EXPECT_THAT(single.terms, ElementsAre(Pair("iou", single.total)));
}

// cornet decays; a parameter that the loss does not reach is left alone all the same.
TEST(Stage2Step, SkipsParametersWithoutGradientAndDecaysTheOthers) {
  for (const bool modality : {true, false}) {
    Training training(kParams, modality);
    EXPECT_EQ(training.step.update().optimizer().groups()[0].weight_decay, modality ? 0 : 5e-4);
    const auto unused = training.of("unused.weight"), trained = training.of("encoder.weight");
    training.run(1);
    EXPECT_EQ(training.of("unused.weight"), unused);
    EXPECT_NE(training.of("encoder.weight"), trained);
  }
}

// Without momentum, two iterations of one batch, summed, move twice as far as one.
TEST(Stage2Step, AveBatchSumsAndAnEpochDropsWhatIsLeft) {
  PseudoLabelsStepParams params{.epochs = 2, .steps_per_epoch = 4, .learning_rate = 10};
  Training single(params);
  params.update.ave_batch = 2;
  Training summed(params);
  const auto start = single.of("score.weight");
  EXPECT_FALSE(summed.step.update().at_rest(1));
  EXPECT_TRUE(summed.step.update().at_rest(2));
  summed.run(1, /*seed=*/5);
  EXPECT_EQ(summed.of("score.weight"), start);
  summed.iteration.start_epoch();  // what seed 5 left is dropped
  summed.run(1);
  summed.run(2);
  single.run(2);
  const auto one = single.of("score.weight"), two = summed.of("score.weight");
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_NEAR(two[i] - start[i], 2 * (one[i] - start[i]), 1e-3 * std::abs(two[i] - start[i]));
    EXPECT_GT(std::abs(one[i] - start[i]), 1e-4);
  }
}

TEST(Stage2Step, ClippingBoundsTheUpdate) {
  Training clipped({.epochs = 2, .steps_per_epoch = 4, .update = {.clip_gradient = 1e-3}});
  const auto before = clipped.of("score.weight");
  const StepSummary report = clipped.run(1);
  EXPECT_GT(report.gradient_norm, 1e-3);
  double squares = 0;
  const auto after = clipped.of("score.weight");
  for (std::size_t i = 0; i < after.size(); ++i) {
    squares += std::pow(after[i] - before[i], 2.0);
  }
  EXPECT_LE(std::sqrt(squares), 1e-3 * 0.005);
  EXPECT_GT(squares, 0);
}

TEST(Stage2Step, HandsItsPredictionsToTheRefinement) {
  std::uint64_t seed = 0;
  while (data::draw_flip(seed, 2, 1)) ++seed;  // sample 1 is not mirrored in epoch 2
  const ScratchFolder folder;
  std::vector<data::SampleFiles> samples(2);
  for (int k = 0; k < 2; ++k) {
    samples[static_cast<std::size_t>(k)].set = "set";
    samples[static_cast<std::size_t>(k)].name = std::to_string(k);
    samples[static_cast<std::size_t>(k)].mask = folder.path() / (std::to_string(k) + ".png");
    data::write_image(samples[static_cast<std::size_t>(k)].mask, data::Image(8, 8, 1, 255));
  }
  LabelRefinement refinement(folder.path() / "labels", samples, {.seed = seed});
  Training training(kParams, true, &refinement);
  const data::Batch batch = batch_of(1);
  const std::vector<float> q = training.prediction(batch);
  training.run(batch, {2, 0, 0});
  // Sample 1 stands first.
  const data::Image label = data::read_grey(refinement.label(1, 3));
  ASSERT_EQ(label.pixels.size(), 64U);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(label.pixels[i], 153 * q[i], 0.51);
  EXPECT_TRUE(fs::exists(folder.path() / "labels/epoch_2/c/set/0.png"));
}

TEST(Stage2Step, ALossThatIsNoNumberIsNamedAndMovesNoWeight) {
  Training training;
  const auto before = training.of("score.weight");
  data::Batch batch = batch_of(1);
  batch["image"].data()[5] = std::numeric_limits<float>::quiet_NaN();
  std::string message;
  try {
    training.run(batch, {2, 1, 5});
  } catch (const NotFinite& error) {
    message = error.what();
  }
  EXPECT_THAT(message, AllOf(HasSubstr("train: the loss must be finite"), HasSubstr("iou_score1"),
                             HasSubstr("epoch 2, step 6")));
  EXPECT_EQ(training.of("score.weight"), before);
}

TEST(Stage2Step, RefusesWhatItCannotTrainOn) {
  Training training;
  const auto refused = [&](const data::Batch& batch) {
    return error_of([&] { training.run(batch, {1, 0, 0}); });
  };
  EXPECT_THAT(refused(batch_of(1, "")), HasSubstr("a batch with one modality; got 0"));
  EXPECT_THAT(refused(batch_of(1, "dt")), HasSubstr("a batch with one modality; got 2"));
  data::Batch unlabelled = batch_of(1);
  unlabelled.fields.erase(unlabelled.fields.begin() + 1);
  EXPECT_THAT(refused(unlabelled),
              HasSubstr("needs the field 'mask'; the batch has image, prior_d"));
}

TEST(PseudoLabelsRecipe, RefusesTasksWithoutTheOneModality) {
  Exec exec;
  const auto check = [&](const Network& network, const std::string& letters) {
    PseudoLabelsRecipe recipe(network.facts());
    Options options;
    recipe.describe(options);
    options.set("--trset", letters);
    recipe.check(network);
  };
  const TwoHeads two(exec, true), one(exec, false);
  for (const std::string letters : {"c", "dt", "cd", "cdot"}) {
    EXPECT_THAT(error_of([&] { check(two, letters); }),
                AllOf(HasSubstr("train two: --trset must be one of d, o, t"),
                      HasSubstr(str("got '", letters, "'"))));
  }
  for (const std::string letters : {"d", "o", "t"}) check(two, letters);
  for (const std::string letters : {"c", "cdot", "t"}) check(one, letters);
}

}  // namespace
}  // namespace salix::testing
