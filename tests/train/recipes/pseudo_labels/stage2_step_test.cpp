// One and several iterations of stage 2 on a small network: rates, groups, what is skipped, what
// is summed, what is refused.
#include "train/recipes/pseudo_labels/stage2_step.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "data/image/image_io.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "tests/train/loop/two_heads.h"
#include "train/loop/not_finite.h"
#include "train/optimizers/parameter_groups.h"
#include "train/optimizers/sgd.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(Stage2Rates, TheEncoderLearnsAtATenthFromTheFirstIteration) {
  const Stage2Rates first = stage2_rates(0.005, 1, 40);
  EXPECT_DOUBLE_EQ(first.encoder, 0.00049);
  EXPECT_DOUBLE_EQ(first.rest, 0.0049);
  const Stage2Rates last = stage2_rates(0.005, 40, 40);
  EXPECT_DOUBLE_EQ(last.encoder, 0.0001);
  EXPECT_DOUBLE_EQ(last.rest, 0.001);
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
data::Batch batch_of(std::uint64_t seed, std::vector<int> priors = {0}) {
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
  batch.flipped = {false, true};
  batch.image = noise(0);
  batch.mask = data::HostBuffer(kPixels, memory);
  for (std::size_t i = 0; i < kPixels; ++i) batch.mask.data()[i] = i % 8 < 3 ? 0.9F : 0.4F;
  for (const int k : priors) batch.prior[static_cast<std::size_t>(k)] = noise(1);
  return batch;
}

struct Training {
  explicit Training(Stage2Params params = {.epochs = 2, .steps_per_epoch = 4}, bool modality = true,
                    double momentum = 0.9, LabelRefinement* refinement = nullptr)
      : network(exec, modality),
        step(exec, network,
             std::make_unique<Sgd>(parameter_groups(network, network.facts().weight_decay),
                                   momentum),
             params, refinement) {}
  StepReport run(std::int64_t number, std::uint64_t seed = 1) {
    return step(batch_of(seed), {2, 0, number - 1});
  }
  std::vector<float> of(const std::string& name) const {
    for (const StateEntry& entry : network.parameters())
      if (entry.name == name) return entry.tensor->to_vector<float>();
    throw InvalidInput("no parameter " + name);
  }
  Exec exec{{}, {.threads = 1}};
  TwoHeads network;
  Stage2Step step;
};

TEST(Stage2Step, ReportsTheWeightedTermsAndTheRates) {
  Training two;
  const StepReport report = two.run(2);
  ASSERT_THAT(report.terms, ElementsAre(Pair("iou_score", ::testing::Gt(0.0)),
                                        Pair("iou_score1", ::testing::Gt(0.0))));
  EXPECT_NEAR(report.total, report.terms[0].second + report.terms[1].second, 1e-6);
  EXPECT_LT(report.terms[1].second, 0.2);
  ASSERT_THAT(report.rates, ElementsAre(Pair("encoder", 0.0004), Pair("decoder", 0.004)));
  EXPECT_EQ(two.step.optimizer().groups()[0].learning_rate, 0.0004);
  EXPECT_EQ(two.step.optimizer().groups()[1].learning_rate, 0.004);

  Training one({.epochs = 2, .steps_per_epoch = 4}, /*modality=*/false);
  const StepReport single = one.run(2);
  EXPECT_THAT(single.terms, ElementsAre(Pair("iou", single.total)));
}

// cornet decays; a parameter that the loss does not reach is left alone all the same.
TEST(Stage2Step, SkipsParametersWithoutGradientAndDecaysTheOthers) {
  for (const bool modality : {true, false}) {
    Training training({.epochs = 2, .steps_per_epoch = 4}, modality, /*momentum=*/0);
    EXPECT_EQ(training.step.optimizer().groups()[0].weight_decay, modality ? 0 : 5e-4);
    const auto unused = training.of("unused.weight"), trained = training.of("encoder.weight");
    training.run(1);
    EXPECT_EQ(training.of("unused.weight"), unused);
    EXPECT_NE(training.of("encoder.weight"), trained);
  }
}

// Without momentum, two iterations of one batch, summed, move twice as far as one.
TEST(Stage2Step, AveBatchSumsAndAnEpochDropsWhatIsLeft) {
  Stage2Params params{.epochs = 2, .steps_per_epoch = 4, .learning_rate = 10};
  Training single(params, true, 0);
  params.ave_batch = 2;
  Training summed(params, true, 0);
  const auto start = single.of("score.weight");
  EXPECT_FALSE(summed.step.at_rest(1));
  EXPECT_TRUE(summed.step.at_rest(2));
  summed.run(1, /*seed=*/5);
  EXPECT_EQ(summed.of("score.weight"), start);
  summed.step.start_epoch();  // what seed 5 left is dropped
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
  Training clipped({.epochs = 2, .steps_per_epoch = 4, .clip_gradient = 1e-3}, true, 0);
  const auto before = clipped.of("score.weight");
  const StepReport report = clipped.run(1);
  EXPECT_GT(report.gradient_norm, 1e-3);
  double squares = 0;
  const auto after = clipped.of("score.weight");
  for (std::size_t i = 0; i < after.size(); ++i) {
    squares += std::pow(after[i] - before[i], 2.0);
  }
  EXPECT_LE(std::sqrt(squares), 1e-3 * 0.005);
  EXPECT_GT(squares, 0);
}

TEST(Stage2Step, GivesThePredictionOfTheLastBatchBeforeItsUpdate) {
  Training training;
  const data::Batch batch = batch_of(1);
  const Stage2Batch tensors = make_stage2_batch(training.exec, batch, true);
  const Tensor expected =
      sigmoid(training.network.outputs(tensors.image, tensors.modality)[0].tensor);
  training.step(batch, {1, 0, 0});
  const Tensor probabilities = training.step.probabilities();
  EXPECT_TRUE(same_bits(probabilities, expected.detach()));
  EXPECT_FALSE(probabilities.requires_grad());
}

TEST(Stage2Step, HandsItsPredictionsToTheRefinement) {
  const ScratchFolder folder;
  std::vector<data::SampleFiles> samples(2);
  for (int k = 0; k < 2; ++k) {
    samples[static_cast<std::size_t>(k)].set = "set";
    samples[static_cast<std::size_t>(k)].name = std::to_string(k);
    samples[static_cast<std::size_t>(k)].mask = folder.path() / (std::to_string(k) + ".png");
    data::write_image(samples[static_cast<std::size_t>(k)].mask, data::Image(8, 8, 1, 255));
  }
  LabelRefinement refinement(folder.path() / "labels", samples);
  Training training({.epochs = 2, .steps_per_epoch = 4}, true, 0.9, &refinement);
  training.run(1);
  const auto q = training.step.probabilities().to_vector<float>();
  // Sample 1 stands first and is not flipped.
  const data::Image label = data::read_grey(refinement.label(1, 3));
  ASSERT_EQ(label.pixels.size(), 64U);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(label.pixels[i], 153 * q[i], 0.51);
  EXPECT_TRUE(fs::exists(folder.path() / "labels/epoch_2/c/set/0.png"));
}

TEST(Stage2Step, ALossThatIsNoNumberIsNamedAndMovesNoWeight) {
  Training training;
  const auto before = training.of("score.weight");
  data::Batch batch = batch_of(1);
  batch.image.data()[5] = std::numeric_limits<float>::quiet_NaN();
  std::string message;
  try {
    training.step(batch, {2, 1, 5});
  } catch (const NotFinite& error) {
    message = error.what();
  }
  EXPECT_THAT(message, AllOf(HasSubstr("train midnet: the loss must be finite"),
                             HasSubstr("iou_score1"), HasSubstr("epoch 2, step 6")));
  EXPECT_EQ(training.of("score.weight"), before);
}

TEST(Stage2Step, RefusesWhatItCannotTrainOn) {
  Training training;
  const auto refused = [&](const data::Batch& batch) {
    return error_of([&] { training.step(batch, {1, 0, 0}); });
  };
  EXPECT_THAT(refused(batch_of(1, {})), HasSubstr("a batch with one modality; got 0"));
  EXPECT_THAT(refused(batch_of(1, {0, 2})), HasSubstr("a batch with one modality; got 2"));
  data::Batch unlabelled = batch_of(1);
  unlabelled.mask = {};
  EXPECT_THAT(refused(unlabelled), HasSubstr("the batch must have masks"));
  for (const char* letters : {"c", "dt", "cd", "cdot"}) {
    EXPECT_THAT(error_of([&] { check_training_letters(training.network, letters); }),
                AllOf(HasSubstr("train midnet: --trset must be one of d, o, t"),
                      HasSubstr(str("got '", letters, "'"))));
  }
  for (const char* letters : {"d", "o", "t"}) check_training_letters(training.network, letters);
  const TwoHeads cornet(training.exec, false);
  for (const char* letters : {"c", "cdot", "t"}) check_training_letters(cornet, letters);
  EXPECT_THAT(error_of([&] {
                Stage2Step(training.exec, training.network,
                           std::make_unique<Sgd>(std::vector<Optimizer::Group>(1)), {});
              }),
              HasSubstr("the optimizer must have two groups, the encoders and the rest; got 1"));
}

}  // namespace
}  // namespace salix::testing
