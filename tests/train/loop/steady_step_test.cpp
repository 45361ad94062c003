// What a training step asks of its device, counted by the device itself, once caches are full:
// nothing waits and nothing is allocated. The CPU is asked for the same as a GPU; that the
// kernels themselves ask for nothing more, simt shows for one network (it takes half a minute).
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "models/a2s/a2s.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/loop/iteration.h"
#include "train/recipes/a2s/a2s_step.h"
#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

namespace salix::testing {
namespace {

constexpr std::int64_t kSize = 64, kBatch = 1;

// Iterations of one network, queued one ahead of their reports as a run on a GPU does.
DeviceCounts steady_counts(Exec& exec, TrainingStep& step,
                           const std::function<StepInput(std::int64_t)>& batch) {
  constexpr std::int64_t kWarmUp = 4;  // two steps are under way at once, twice over
  Iteration iteration(exec, step);
  const auto queue = [&](std::int64_t number) {
    return iteration.queue(batch(number), {1, 0, number - 1});
  };
  QueuedStep before = queue(1);
  DeviceCounts counts;
  for (std::int64_t number = 2; number <= kWarmUp + 1; ++number) {
    const DeviceCounts start = exec.backend().counts();
    QueuedStep next = queue(number);
    before.finish();
    before = std::move(next);
    counts = exec.backend().counts() - start;
  }
  before.finish();
  return counts;
}

void expect_steady(const DeviceCounts& counts, std::int64_t uploads) {
  EXPECT_EQ(counts.waits, 0);
  EXPECT_EQ(counts.allocations, 0);
  EXPECT_EQ(counts.copies, uploads + 1);  // and one with all that is reported
  ::testing::Test::RecordProperty("launches", static_cast<int>(counts.launches));
}

class SteadyStep : public ::testing::TestWithParam<Target> {
 protected:
  void SetUp() override {
    if (GetParam() == Target::kCuda && cuda_device_count() == 0) {
      GTEST_SKIP() << "no CUDA device on this machine";
    }
    exec_ = make_exec(GetParam());
  }
  // As the batch of a loader arrives.
  Tensor upload(const Shape& shape, std::uint64_t seed) {
    const std::vector<float>& values =
        kept_.emplace_back(random_tensor(*host_, shape, seed, 0, 1).to_vector<float>());
    return Tensor::upload(*exec_, values, shape);
  }
  std::unique_ptr<Exec> host_ = make_exec(Target::kOnednn), exec_;
  std::vector<std::vector<float>> kept_;
};
INSTANTIATE_TEST_SUITE_P(Targets, SteadyStep, ::testing::Values(Target::kOnednn, Target::kCuda),
                         target_name);

TEST_P(SteadyStep, A2sStage1) {
  A2s network(*exec_);
  network.train();
  A2sStep step(
      network,
      {.epochs = 2, .steps_per_epoch = 10, .update = {.clip_gradient = 5}, .second_size = 96});
  const DeviceCounts counts = steady_counts(*exec_, step, [&](std::int64_t number) {
    return StepInput{.fields = {{"image", upload({kBatch, kSize, kSize, 3},
                                                 static_cast<std::uint64_t>(number))}}};
  });
  expect_steady(counts, 1);
}

class SteadyStage2 : public SteadyStep {
 protected:
  DeviceCounts counts_of(const std::string& name, const std::string& optimizer) {
    const std::unique_ptr<Network> network = make_network(*exec_, name);
    network->train();
    PseudoLabelsStep step(
        *network,
        {.epochs = 2, .steps_per_epoch = 10, .optimizer = optimizer, .weight_decay = 1e-4});
    return steady_counts(*exec_, step, [&](std::int64_t number) {
      const auto seed = static_cast<std::uint64_t>(3 * number);
      StepInput batch{.fields = {{"image", upload({kBatch, kSize, kSize, 3}, seed)},
                                 {"mask", upload({kBatch, kSize, kSize, 1}, seed + 1)}}};
      if (network->needs_modality()) {
        batch.fields.emplace_back("prior_d", upload({kBatch, kSize, kSize, 3}, seed + 2));
      }
      return batch;
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, SteadyStage2, ::testing::Values(Target::kOnednn, Target::kCuda),
                         target_name);

TEST_P(SteadyStage2, Cornet) { expect_steady(counts_of("cornet", "SGD"), 2); }
class SteadyStage2OnSimtSlow : public SteadyStage2 {};
INSTANTIATE_TEST_SUITE_P(Targets, SteadyStage2OnSimtSlow, ::testing::Values(Target::kSimt),
                         target_name);
TEST_P(SteadyStage2OnSimtSlow, Cornet) {
  const DeviceCounts counts = counts_of("cornet", "SGD");
  expect_steady(counts, 2);
  EXPECT_GT(counts.launches, 500);
}
TEST_P(SteadyStage2, Midnet) { expect_steady(counts_of("midnet", "Adam"), 3); }

}  // namespace
}  // namespace salix::testing
