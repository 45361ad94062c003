// A step whose loss is not finite changes nothing, nor do the steps queued behind it, whenever
// the host reads its loss.
#include <gtest/gtest.h>

#include <limits>

#include "layers/modules/state_dict.h"
#include "models/a2s/a2s.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/loop/iteration.h"
#include "train/loop/not_finite.h"
#include "train/recipes/a2s/a2s_step.h"

namespace salix::testing {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class StepGuardTest : public OpTest {
 protected:
  StepInput batch(std::int64_t number, bool broken = false) {
    std::vector<float> values =
        random_tensor(reference(), {2, 64, 64, 3}, static_cast<std::uint64_t>(number))
            .to_vector<float>();
    if (broken) values[7] = kNan;
    return {.fields = {{"image", from(exec(), values, {2, 64, 64, 3})}}};
  }
  static TrainingPosition at(std::int64_t number) { return {1, 0, number - 1}; }
  static A2sStepParams params(const std::string& optimizer) {
    return {.epochs = 1, .steps_per_epoch = 10, .optimizer = optimizer, .second_size = 32};
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
    A2sStep step(network, params(optimizer));
    Iteration iteration(exec(), step);
    Optimizer& moving = step.update().optimizer();
    iteration(batch(1), at(1));
    const io::NamedArrays weights = state_dict(network), moments = moving.save();
    QueuedStep bad = iteration.queue(batch(2, true), at(2));
    QueuedStep behind = iteration.queue(batch(3), at(3));
    EXPECT_THROW(bad.finish(), NotFinite);
    EXPECT_TRUE(equal(weights, state_dict(network)));
    EXPECT_TRUE(equal(moments, moving.save()));
  }
}

// Nothing of the bad step is left: what follows is as if it had never been.
TEST_P(StepGuardTest, TrainingGoesOnAsIfTheBadStepHadNotBeen) {
  A2s network(exec());
  A2sStep step(network, params("Adam"));
  Iteration iteration(exec(), step);
  EXPECT_THROW(iteration(batch(1, true), at(1)), NotFinite);  // before any moment exists
  EXPECT_EQ(step.update().optimizer().save().size(), 0U);
  iteration(batch(1), at(1));
  EXPECT_THROW(iteration(batch(2, true), at(2)), NotFinite);
  iteration(batch(2), at(2));

  const std::unique_ptr<Exec> other = make_exec(GetParam());
  A2s whole(*other);
  A2sStep unbroken(whole, params("Adam"));
  Iteration on_other(*other, unbroken);
  for (const std::int64_t number : {1, 2}) {
    on_other({.fields = {{"image", batch(number)["image"].to(*other)}}}, at(number));
  }
  EXPECT_TRUE(equal(state_dict(whole), state_dict(network)));
  EXPECT_TRUE(equal(unbroken.update().optimizer().save(), step.update().optimizer().save()));
}

}  // namespace
}  // namespace salix::testing
