// Stage 1 on ranks that are threads, beside one process with the whole batch.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "layers/functional/slice.h"
#include "layers/modules/state_dict.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"
#include "tests/train/recipes/a2s/stage1_fixture.h"
#include "train/loop/over_ranks.h"

namespace salix::testing {
namespace {

// What one process, or rank 0, has seen and made.
struct Trained {
  std::vector<StepSummary> reports;
  io::NamedArrays state;
  bool finished = false;
};

struct Wishes {
  int ranks = 1;
  bool sync_batch_norm = false;
  std::int64_t stop_after = -1;  // on the last rank
  bool resume = false;
  int size = 160;
};

// One epoch of the six pictures, two per iteration however many ranks there are.
Trained train(const std::filesystem::path& folder, const Wishes& wishes) {
  std::filesystem::create_directories(folder);
  SmallRunParams params = SmallRun::params(folder);
  params.size = wishes.size;
  params.tune = 0;  // the encoder learns: its gradients are most of what is averaged
  params.step.update = {.clip_gradient = 0.5};
  params.run.length.epochs = 1;
  const std::int64_t steps = 3;
  params.run.loader.batch = 2 / wishes.ranks;
  Trained first;
  const auto body = [&](Exec& exec, Communicator* communicator) {
    exec.extension<Ranks>().communicator = communicator;
    exec.extension<Ranks>().sync_batch_norm = wishes.sync_batch_norm;
    const bool last = communicator == nullptr || communicator->rank() == wishes.ranks - 1;
    A2s network(exec);
    // Rank 0's weights must win.
    if (last && wishes.ranks > 1) network.parameters().front().tensor->fill(0.5);
    const auto samples = SmallRun::samples_of("c");
    A2sStep step(network, SmallRun::complete(params, samples.size(), wishes.ranks));
    Trained here;
    TrainingRun run(exec, step, samples, SmallRun::reader(params), params.run,
                    {.on_step = [&](const StepSummary& report,
                                    const TrainingPosition&) { here.reports.push_back(report); },
                     .stop_requested =
                         [&] {
                           return last && static_cast<std::int64_t>(here.reports.size()) ==
                                              wishes.stop_after;
                         }});
    EXPECT_EQ(run.total_steps(), steps);
    if (wishes.resume) {
      EXPECT_TRUE(run.resume());
    }
    here.finished = run.train();
    here.state = state_dict(network);
    if (communicator == nullptr || communicator->rank() == 0) first = here;
  };
  if (wishes.ranks == 1) {
    Exec exec({}, {.threads = 1});
    body(exec, nullptr);
  } else {
    ThreadRanks(wishes.ranks).run([&](Exec& exec, Communicator& comm) { body(exec, &comm); });
  }
  return first;
}

class TrainingOverRanks : public ::testing::Test {
 protected:
  ScratchFolder folder;
};

void expect_same_state(const Trained& a, const Trained& b) {
  for (const io::NamedArray& named : a.state) {
    EXPECT_EQ(b.state.at(named.name), named.array) << named.name;
  }
}

// The first loss has but the order of sums to differ by. Then a random network of 50 layers with
// two pictures blows that up: its gradients differ by a few thousandths. That they are the same
// but for rounding is what the test in double below shows.
TEST_F(TrainingOverRanks, TwoRanksWithSyncBatchNormAreOneWithTwiceTheBatchSlow) {
  // At 160 the second scale leaves a pixel per picture at the end of the encoder, and the
  // statistics of two numbers blow every rounding up.
  Wishes alone, shared{.ranks = 2, .sync_batch_norm = true};
  alone.size = shared.size = 224;
  alone.stop_after = shared.stop_after = 2;
  const Trained one = train(folder / "one", alone);
  const Trained two = train(folder / "two", shared);
  ASSERT_EQ(two.reports.size(), one.reports.size());
  for (std::size_t k = 0; k < one.reports.size(); ++k) {
    const double drift = k == 0 ? 1e-5 : 2e-2;
    EXPECT_NEAR(two.reports[k].total, one.reports[k].total, drift * std::abs(one.reports[k].total));
    for (std::size_t i = 0; i < one.reports[k].terms.size(); ++i) {
      const auto& [name, value] = one.reports[k].terms[i];
      EXPECT_NEAR(two.reports[k].terms[i].second, value, drift * std::abs(value)) << name;
    }
  }
  // Without it each rank normalises by its own picture: that shows at once.
  shared.sync_batch_norm = false;
  shared.stop_after = 1;
  const Trained own = train(folder / "own", shared);
  EXPECT_GT(std::abs(own.reports[0].total - one.reports[0].total), 1e-4);
}

// The weights after one step of images [first, first + count) of two.
io::NamedArrays step_in_double(Exec& exec, std::int64_t first, std::int64_t count) {
  A2s network(exec);
  network.to(DType::kFloat64);
  A2sStep step(network, {.epochs = 1,
                         .steps_per_epoch = 2,
                         .weight_decay = 0,
                         .tune = std::vector<int>(2, 0),
                         .second_size = 96});
  const Tensor images = random_tensor(exec, {2, 64, 64, 3}, 3, DType::kFloat64);
  const Tensor mine = slice(images, 0, first, count);
  Iteration(exec, step)({.samples = {0}, .fields = {{"image", mine}}}, {});
  return state_dict(network);
}

TEST_F(TrainingOverRanks, OneStepInDoubleIsThatOfOneBatchSlow) {
  Exec exec({}, {.threads = 1});
  const io::NamedArrays one = step_in_double(exec, 0, 2);
  io::NamedArrays two;
  ThreadRanks(2).run([&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    own.extension<Ranks>().sync_batch_norm = true;
    const io::NamedArrays after = step_in_double(own, comm.rank(), 1);
    if (comm.rank() == 0) two = after;
  });
  for (const io::NamedArray& named : one) {
    if (named.array.dtype != DType::kFloat64) continue;
    const auto expected = named.array.as<double>(), actual = two.at(named.name).as<double>();
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      worst = std::max(worst, std::abs(actual[i] - expected[i]) / (1 + std::abs(expected[i])));
    }
    EXPECT_LT(worst, 1e-9) << named.name;
  }
}

// A stop that one rank asks for ends all at the same step; the rest has the same bits.
TEST_F(TrainingOverRanks, StopsTogetherAndResumesToTheBitSlow) {
  const Wishes wishes{.ranks = 2, .sync_batch_norm = true};
  const Trained whole = train(folder / "whole", wishes);
  EXPECT_TRUE(whole.finished);
  expect_same_state(whole, train(folder / "again", wishes));
  Wishes part = wishes;
  part.stop_after = 1;
  const Trained begun = train(folder / "part", part);
  EXPECT_FALSE(begun.finished);
  EXPECT_EQ(begun.reports.size(), 1u);
  part = wishes;
  part.resume = true;
  const Trained rest = train(folder / "part", part);
  EXPECT_EQ(rest.reports.size(), 2u);
  expect_same_state(whole, rest);
}

TEST(OverRanks, AgreesOnWhatIsToBeDone) {
  ThreadRanks(3).run([](Exec& exec, Communicator& comm) {
    exec.extension<Ranks>().communicator = &comm;
    const OverRanks ranks(exec);
    StepSummary report;
    report.total = 1.0 + comm.rank();
    report.terms = {{"csd", 3.0 * comm.rank()}};
    ranks.average(report);
    EXPECT_EQ(report.total, 2);
    EXPECT_EQ(report.terms.front().second, 3);
    EXPECT_EQ(ranks.of_first(10 + comm.rank()), 10);
    EXPECT_TRUE(ranks.any(comm.rank() == 2));
    EXPECT_FALSE(ranks.any(false));
    ranks.check_same_position({1, 0, 7});
    EXPECT_THAT(error_of([&] {
                  ranks.check_same_position({1, 0, 7 + comm.rank() / 2});
                }),
                ::testing::HasSubstr("all ranks must see the same checkpoints; rank 0 found that "
                                     "of step 7"));
  });
}

}  // namespace
}  // namespace salix::testing
