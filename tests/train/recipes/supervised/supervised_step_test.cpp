// One iteration of supervised training on a small network, and what the recipe's options make of
// it. The numbers of its parts have tests of their own.
#include "train/recipes/supervised/supervised_step.h"

#include <gmock/gmock.h>

#include "layers/modules/state_dict.h"
#include "tests/support/tensors.h"
#include "tests/train/loop/two_heads.h"
#include "train/loop/iteration.h"
#include "train/recipes/supervised/supervised_recipe.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::int64_t kSize = 160;

// Two pictures whose left third is the object.
StepInput batch_of(Exec& exec, std::uint64_t seed = 1) {
  std::vector<float> mask(2 * kSize * kSize);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % kSize < kSize / 3 ? 1.0f : 0.0f;
  const Shape image{2, kSize, kSize, 3};
  return {.samples = {0, 1},
          .fields = {{"image", random_tensor(exec, image, seed)},
                     {"mask", from(exec, mask, {2, kSize, kSize, 1})},
                     {"prior_d", random_tensor(exec, image, seed + 1, 0, 1)}}};
}

struct Training {
  explicit Training(SupervisedStepParams params = {}, bool two = true)
      : network(exec, two), step(network, with_modality(std::move(params), two)) {}
  static SupervisedStepParams with_modality(SupervisedStepParams params, bool two) {
    params.modality = two ? "prior_d" : "";
    params.steps_per_epoch = 10;
    return params;
  }
  Exec exec{{}, {.threads = 1}};
  TwoHeads network;
  SupervisedStep step;
};

// bce and iou, each the sum over all maps; the total is the sum of what is logged.
TEST(SupervisedStep, SumsEveryTermOverEveryMap) {
  Training two({.multi_scale = false}), one({.multi_scale = false}, /*two=*/false);
  for (Training* training : {&two, &one}) {
    const StepInput batch = batch_of(training->exec);
    const Loss loss = training->step.loss(batch, {1, 0, 0});
    ASSERT_EQ(loss.terms.size(), 2U);
    EXPECT_EQ(loss.terms[0].name, "bce");
    EXPECT_EQ(loss.terms[1].name, "iou");
    EXPECT_NEAR(loss.total.item(), loss.terms[0].value.item() + loss.terms[1].value.item(), 1e-5);
  }
  const double of_three = two.step.loss(batch_of(two.exec), {1, 0, 0}).terms[1].value.item();
  const double of_one = one.step.loss(batch_of(one.exec), {1, 0, 0}).terms[1].value.item();
  EXPECT_GT(of_three, 2 * of_one);
}

TEST(SupervisedStep, SeesEveryBatchAtTheDrawnSize) {
  Training training({.seed = 5});
  std::vector<std::int64_t> sides;
  for (std::int64_t step = 0; step < 12; ++step) {
    const Loss loss = training.step.loss(batch_of(training.exec), {1, step, step});
    const auto side = std::get<std::int64_t>(loss.facts.front().second);
    EXPECT_EQ(side, draw_batch_size(kSize, 5, step));
    EXPECT_EQ(loss.outputs.front().tensor.dim(1), side);
    sides.push_back(side);
  }
  EXPECT_NE(*std::min_element(sides.begin(), sides.end()),
            *std::max_element(sides.begin(), sides.end()));
}

TEST(SupervisedStep, EncodersLearnAtATenthOfTheStrategysRate) {
  Training training({.epochs = 40, .learning_rate = 0.05, .schedule = Schedule::kTriangle});
  // 400 steps: SALOD's table for sgd_f3net.
  EXPECT_THAT(
      training.step.rates({}, {1, 0, 0}),
      ElementsAre(::testing::DoubleNear(0.000025, 1e-12), ::testing::DoubleNear(0.00025, 1e-12)));
  EXPECT_NEAR(training.step.rates({}, {21, 0, 199})[1], 0.05, 1e-12);
}

// Two halves of one batch move as the whole does: gradients are averaged, and wait over an epoch.
TEST(SupervisedStep, AveragesTheGradientsOfAnUpdateOverEpochs) {
  SupervisedStepParams params{.optimizer = "SGD", .learning_rate = 0.1, .multi_scale = false};
  params.update = {.ave_batch = 2, .average = true, .carry = true};
  Training twice(params);
  params.update.ave_batch = 1;
  Training once(params);
  Iteration both(twice.exec, twice.step), alone(once.exec, once.step);
  const StepInput batch = batch_of(twice.exec);
  both(batch, {1, 9, 0});
  both.start_epoch();
  const StepSummary second = both(batch, {2, 0, 1});
  alone(batch_of(once.exec), {1, 0, 1});
  const io::NamedArrays expected = state_dict(once.network), actual = state_dict(twice.network);
  for (const auto& [name, array] : expected) {
    const auto a = array.as<float>(), b = actual.at(name).as<float>();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6) << name;
  }
  EXPECT_THAT(second.rates, ElementsAre(Pair("encoder", ::testing::Gt(0.0)),
                                        Pair("decoder", ::testing::Gt(0.0))));
}

struct Made {
  explicit Made(bool two) : network(exec, two), recipe(network.facts()) {
    recipe.describe(options);
  }
  Exec exec{{}, {.threads = 1}};
  TwoHeads network;
  SupervisedRecipe recipe;
  Options options;
};

TEST(SupervisedRecipe, TakesWhatIsNotSaidFromTheStrategy) {
  Made made(false);
  made.options.set("--strategy", std::string("sgd_f3net"));
  made.options.set("--batch", 4.0);
  EXPECT_EQ(made.recipe.plan().length.epochs, 40);
  const auto step = made.recipe.step({made.exec, made.network, {}, 10, 0});
  EXPECT_EQ(step->update().params().ave_batch, 8);  // 32 images per update
  EXPECT_TRUE(step->update().params().average);
  EXPECT_EQ(step->update().optimizer().groups()[1].weight_decay, 5e-4);
  EXPECT_NEAR(step->rates({}, {21, 0, 199})[1], 0.05, 1e-12);

  made.options.set("--epochs", 3.0);
  made.options.set("--lr", 0.5);
  made.options.set("--weight-decay", 0.0);
  made.options.set("--ave-batch", 1.0);
  EXPECT_EQ(made.recipe.plan().length.epochs, 3);
  const auto other = made.recipe.step({made.exec, made.network, {}, 10, 0});
  EXPECT_EQ(other->update().params().ave_batch, 1);
  EXPECT_EQ(other->update().optimizer().groups()[1].weight_decay, 0);
  EXPECT_NEAR(other->rates({}, {2, 4, 14})[1], 0.5, 1e-12);
}

TEST(SupervisedRecipe, RefusesLossesAndTasksThatItCannotTrainOn) {
  Made one(false), two(true);
  one.options.set("--losses", std::string("bce,unheard"));
  EXPECT_THAT(error_of([&] { one.recipe.check(one.network); }), HasSubstr("unheard"));
  two.options.set("--trset", std::string("dt"));
  EXPECT_THAT(error_of([&] { two.recipe.check(two.network); }),
              HasSubstr("--trset must be one of d, o, t"));
  EXPECT_THAT(error_of([&] { one.options.set("--strategy", 3.0); }),
              HasSubstr("takes a value of another type"));
}

}  // namespace
}  // namespace salix::testing
