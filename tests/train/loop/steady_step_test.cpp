// What a training step asks of its device, counted by the device itself, once caches are full:
// nothing waits and nothing is allocated. The CPU is asked for the same as a GPU; that the
// kernels themselves ask for nothing more, simt shows for one network (it takes half a minute).
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "models/a2s/a2s.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"
#include "train/recipes/a2s/stage1_step.h"
#include "train/recipes/pseudo_labels/stage2_step.h"

namespace salix::testing {
namespace {

constexpr std::int64_t kSize = 64, kBatch = 1;

// Iterations of one network, queued one ahead of their reports as a run on a GPU does.
template <typename Report>
DeviceCounts steady_counts(Exec& exec, const std::function<Queued<Report>(std::int64_t)>& queue) {
  constexpr std::int64_t kWarmUp = 4;  // two steps are under way at once, twice over
  Queued<Report> before = queue(1);
  DeviceCounts counts;
  for (std::int64_t step = 2; step <= kWarmUp + 1; ++step) {
    const DeviceCounts start = exec.backend().counts();
    Queued<Report> next = queue(step);
    before.report();
    before = std::move(next);
    counts = exec.backend().counts() - start;
  }
  before.report();
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
  Stage1Step step(network, {.epochs = 2, .steps_per_epoch = 10, .gradients = {.clip_gradient = 5}});
  const DeviceCounts counts = steady_counts<Stage1Report>(*exec_, [&](std::int64_t number) {
    const Tensor image = upload({kBatch, kSize, kSize, 3}, static_cast<std::uint64_t>(number));
    return step.queue({.image = image, .priors = image, .second_size = 96, .step = number});
  });
  expect_steady(counts, 1);
}

class SteadyStage2 : public SteadyStep {
 protected:
  DeviceCounts counts_of(const std::string& name, const std::string& optimizer) {
    const std::unique_ptr<Network> network = make_network(*exec_, name);
    network->train();
    Stage2Step step(*exec_, *network, make_optimizer(optimizer, parameter_groups(*network, 1e-4)),
                    {.epochs = 2, .steps_per_epoch = 10});
    return steady_counts<StepReport>(*exec_, [&](std::int64_t number) {
      const auto seed = static_cast<std::uint64_t>(3 * number);
      Stage2Batch batch{.image = upload({kBatch, kSize, kSize, 3}, seed),
                        .modality = {},
                        .target = upload({kBatch, kSize, kSize, 1}, seed + 1)};
      if (network->needs_modality()) batch.modality = upload({kBatch, kSize, kSize, 3}, seed + 2);
      return step.queue(batch, {1, 0, number - 1});
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
