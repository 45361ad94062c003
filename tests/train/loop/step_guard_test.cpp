// A step whose loss is not finite changes nothing, nor do the steps queued behind it, whenever
// the host reads its loss.
#include <gtest/gtest.h>

#include <limits>

#include "layers/modules/state_dict.h"
#include "models/a2s/a2s.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/loop/not_finite.h"
#include "train/recipes/a2s/stage1_step.h"

namespace salix::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class StepGuardTest : public OpTest {
 protected:
  Stage1Batch batch(std::int64_t number, bool broken = false) {
    std::vector<float> values =
        random_tensor(reference(), {2, 64, 64, 3}, static_cast<std::uint64_t>(number))
            .to_vector<float>();
    if (broken) values[7] = kNan;
    const Tensor image = from(exec(), values, {2, 64, 64, 3});
    return {.image = image, .priors = image, .second_size = 32, .step = number};
  }
  static Stage1Params params(const std::string& optimizer) {
    return {.epochs = 1, .steps_per_epoch = 10, .optimizer = optimizer};
  }
};
// Two targets: the rule is the device's, and its kernels have tests of their own on all four.
INSTANTIATE_TEST_SUITE_P(Targets, StepGuardTest, ::testing::Values(Target::kOnednn, Target::kCuda),
                         target_name);

::testing::AssertionResult equal(const io::NamedArrays& a, const io::NamedArrays& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << a.size() << " and " << b.size();
  for (const auto& [name, array] : a) {
    if (!(b.at(name) == array)) return ::testing::AssertionFailure() << name << " differs";
  }
  return ::testing::AssertionSuccess();
}

// A good step, a bad one, and a good one queued before anybody has read the bad loss.
TEST_P(StepGuardTest, ABadStepAndThoseBehindItChangeNothing) {
  for (const char* optimizer : {"SGD", "Adam"}) {
    SCOPED_TRACE(optimizer);
    A2s network(exec());
    Stage1Step step(network, params(optimizer));
    step(batch(1));
    const io::NamedArrays weights = state_dict(network), moments = step.optimizer().state();
    Queued<Stage1Report> bad = step.queue(batch(2, true));
    Queued<Stage1Report> behind = step.queue(batch(3));
    EXPECT_THROW(bad.report(), NotFinite);
    EXPECT_TRUE(equal(weights, state_dict(network)));
    EXPECT_TRUE(equal(moments, step.optimizer().state()));
  }
}

// Nothing of the bad step is left: what follows is as if it had never been.
TEST_P(StepGuardTest, TrainingGoesOnAsIfTheBadStepHadNotBeen) {
  A2s network(exec());
  Stage1Step step(network, params("Adam"));
  EXPECT_THROW(step(batch(1, true)), NotFinite);  // before any moment exists
  EXPECT_EQ(step.optimizer().state().size(), 0U);
  step(batch(1));
  EXPECT_THROW(step(batch(2, true)), NotFinite);
  step(batch(2));

  const std::unique_ptr<Exec> other = make_exec(GetParam());
  A2s whole(*other);
  Stage1Step unbroken(whole, params("Adam"));
  const auto on_other = [&](std::int64_t number) {
    Stage1Batch same = batch(number);
    same.image = same.priors = same.image.to(*other);
    return same;
  };
  unbroken(on_other(1));
  unbroken(on_other(2));
  EXPECT_TRUE(equal(state_dict(whole), state_dict(network)));
  EXPECT_TRUE(equal(unbroken.optimizer().state(), step.optimizer().state()));
}

}  // namespace
}  // namespace salix::testing
