// The pass: order, batches, failures, threads and bounds, with toy items.
#include "train/inference/inference_pass.h"

#include <gmock/gmock.h>

#include <cmath>

#include "layers/functional/binary.h"
#include "layers/functional/slice.h"
#include "tests/train/inference/toy_items.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;

// The red channel of each image, and how many images came at once.
SaliencyFunction red(std::vector<std::int64_t>* batches = nullptr) {
  return {.logits = [batches](const Tensor& image, const Tensor&) {
    if (batches != nullptr) batches->push_back(image.dim(0));
    return slice(image, -1, 0, 1);
  }};
}

std::vector<int> up_to(int count) {
  std::vector<int> places(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) places[static_cast<std::size_t>(k)] = k;
  return places;
}

class InferencePass : public ::testing::TestWithParam<int> {
 protected:
  Exec exec{{}, {.threads = GetParam()}};
  Log log;
};

TEST_P(InferencePass, GivesEachItemItsOwnMapAndReportsInOrder) {
  for (const int batch : {1, 3, 64}) {
    Log each;
    run_inference(exec, red(), toys(each, 20), batch);
    EXPECT_EQ(each.reported, up_to(20));
    for (int k = 0; k < 20; ++k) {
      EXPECT_NEAR(each.values.at(static_cast<std::size_t>(k)), 1 / (1 + std::exp(-k)), 1e-6);
    }
  }
}

TEST_P(InferencePass, BatchesDependOnTheListAlone) {
  InferenceItems items = toys(log, 12, {{2, Fault::kRead}, {8, Fault::kRead}, {11, Fault::kRead}});
  items[4]->batching = Batching::kBegin;
  items[6]->batching = Batching::kAlone;
  items[8]->batching = Batching::kBegin;  // ends the batch before it, though it cannot be read
  std::vector<std::int64_t> batches;
  run_inference(exec, red(&batches), std::move(items), 3);
  EXPECT_THAT(batches, ElementsAre(3, 2, 1, 1, 2));  // 0 1 3, 4 5, 6, 7, 9 10
}

TEST_P(InferencePass, AnItemsFailureIsItsOwn) {
  run_inference(exec, red(), toys(log, 9, {{3, Fault::kRead}, {4, Fault::kFinish}}), 2);
  EXPECT_EQ(log.reported, up_to(9));
  EXPECT_THAT(log.failures, ElementsAre("no picture 3", "no room for 4"));
}

TEST_P(InferencePass, EndsWellWhenNothingCanBeRead) {
  std::vector<std::int64_t> batches;
  run_inference(exec, red(&batches),
                toys(log, 3, {{0, Fault::kRead}, {1, Fault::kRead}, {2, Fault::kRead}}), 2);
  EXPECT_THAT(batches, ElementsAre());
  EXPECT_EQ(log.failures.size(), 3u);
  run_inference(exec, red(), {}, 1);
}

TEST_P(InferencePass, HoldsFewItemsAtATime) {
  constexpr int kBatch = 2;
  run_inference(exec, red(), toys(log, 80), kBatch);
  EXPECT_LE(log.most_alive, inference_items_alive(kBatch, GetParam(), Workers::kInTurn));
  EXPECT_EQ(log.alive, 0);
  if (GetParam() > 1) {
    EXPECT_GT(log.most_alive, kBatch);  // it does read ahead
  }
}

TEST_P(InferencePass, WhatTheNetworkThrowsEndsItAfterTheItemsBefore) {
  int calls = 0;
  const SaliencyFunction failing{.logits = [&calls](const Tensor& image, const Tensor&) {
    SALIX_CHECK(++calls < 4, "the fourth batch is refused");
    return slice(image, -1, 0, 1);
  }};
  EXPECT_THROW(run_inference(exec, failing, toys(log, 30), 2), InvalidInput);
  EXPECT_EQ(log.reported, up_to(6));
}

TEST_P(InferencePass, WhatTheNetworkThrowsOfAnItemAloneIsItsFailure) {
  InferenceItems items = toys(log, 6);
  items[2]->batching = items[3]->batching = Batching::kAlone;
  const SaliencyFunction failing{.logits = [](const Tensor& image, const Tensor&) {
    const Tensor logits = slice(image, -1, 0, 1);
    SALIX_CHECK(logits.to_vector<float>().front() != 2, "two is refused");
    return logits;
  }};
  run_inference(exec, failing, std::move(items), 2);
  EXPECT_EQ(log.reported, up_to(6));
  EXPECT_THAT(log.failures, ElementsAre("two is refused"));
}

TEST_P(InferencePass, WhatAReportThrowsEndsIt) {
  EXPECT_THROW(run_inference(exec, red(), toys(log, 30, {{5, Fault::kReport}}), 2), IoError);
  EXPECT_EQ(log.reported, up_to(5));
}

TEST_P(InferencePass, OneThreadDoesAllAndSeveralLeaveTheCallerToTheNetwork) {
  run_inference(exec, red(), toys(log, 20), 1);
  const bool here = log.threads.contains(std::this_thread::get_id());
  EXPECT_EQ(here, GetParam() == 1);
  EXPECT_LE(log.threads.size(), static_cast<std::size_t>(GetParam()));
  Log alone;
  run_inference(exec, red(), toys(alone, 1), 1);  // not worth a thread
  EXPECT_THAT(alone.threads, ElementsAre(std::this_thread::get_id()));
}

TEST_P(InferencePass, NeverWaitsForAllOfTheDevice) {
  const DeviceCounts before = exec.backend().counts();
  InferenceItems items = toys(log, 8);
  for (const auto& item : items) item->wants_logits = true;
  run_inference(exec, red(), std::move(items), 2);
  const DeviceCounts counts = exec.backend().counts() - before;
  EXPECT_EQ(counts.waits, 0);
  EXPECT_EQ(counts.copies, 4 * 3);  // images, maps, logits of four batches
}

TEST_P(InferencePass, AMissingModalityIsZero) {
  InferenceItems items = toys(log, 3);
  items[1]->modality = {.shape = {1, 4, 4, 3}, .values = std::vector<float>(48, 5.0f)};
  for (const auto& item : items) {
    item->wants_map = false;
    item->wants_logits = true;
  }
  const SaliencyFunction sum{
      .logits = [](const Tensor& image,
                   const Tensor& modality) { return slice(add(image, modality), -1, 0, 1); },
      .needs_modality = true};
  run_inference(exec, sum, std::move(items), 3);
  EXPECT_THAT(log.values, ElementsAre(0, 6, 2));
}

TEST(InferencePassRequest, RefusesABatchOfNoneAndImagesOfSeveralShapes) {
  Exec exec({}, {.threads = 1});
  EXPECT_THROW(run_inference(exec, red(), {}, 0), InvalidInput);
  class Wide final : public InferenceItem {
   public:
    explicit Wide(std::int64_t width) : width_(width) {}
    void read() override {
      image = {.shape = {1, 4, width_, 3},
               .values = std::vector<float>(static_cast<std::size_t>(12 * width_))};
    }
    void finish(Exec&) override {}

   private:
    std::int64_t width_;
  };
  InferenceItems items;
  items.push_back(std::make_unique<Wide>(4));
  items.push_back(std::make_unique<Wide>(5));
  EXPECT_THROW(run_inference(exec, red(), std::move(items), 2), InvalidInput);
}

INSTANTIATE_TEST_SUITE_P(Threads, InferencePass, ::testing::Values(1, 2, 4));

}  // namespace
}  // namespace salix::testing
