#include "engine/fetch.h"

#include <gmock/gmock.h>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;

class FetchTest : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, FetchTest, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(FetchTest, BringsTheValuesOfThatPointAndWaitsForNothingElse) {
  Tensor tensor = from(exec(), {1, 2, 3}, {3});
  const DeviceCounts before = exec().backend().counts();
  Fetch first(tensor);
  tensor.fill(7);
  const Fetch second(tensor);
  tensor = {};
  EXPECT_THAT(second.values(), ElementsAre(7, 7, 7));
  EXPECT_THAT(first.values(), ElementsAre(1, 2, 3));
  EXPECT_TRUE(first.arrived());
  const DeviceCounts counts = exec().backend().counts() - before;
  EXPECT_EQ(counts.waits, 0);
  EXPECT_EQ(counts.copies, 2);
  EXPECT_EQ(counts.launches, 1);  // fill
}

TEST_P(FetchTest, ManyCanBeUnderWayAndEndUnread) {
  std::vector<Fetch> fetches;
  for (int i = 0; i < 50; ++i) fetches.emplace_back(Tensor::full(exec(), {1 + i % 7}, i));
  for (std::size_t i = 0; i < 50; i += 2) {
    const auto expected = static_cast<double>(i);
    EXPECT_THAT(fetches[i].values(), ::testing::Each(expected));
  }
  fetches[3] = std::move(fetches[4]);
  EXPECT_THAT(fetches[3].values(), ::testing::Each(4.0));
}

TEST_P(FetchTest, OfNothingIsEmptyAndOfCountsIsRefused) {
  EXPECT_TRUE(Fetch().values().empty());
  EXPECT_TRUE(Fetch().arrived());
  const Tensor counts = Tensor::zeros(exec(), {2}, DType::kInt64);
  EXPECT_THAT(error_of([&] { Fetch{counts}; }), ::testing::HasSubstr("must be floating"));
}

// What every step is measured by.
TEST_P(FetchTest, BackendsCountWhatTheyAreAskedFor) {
  const auto counted = [&](const auto& work) {
    const DeviceCounts before = exec().backend().counts();
    work();
    return exec().backend().counts() - before;
  };
  Tensor tensor;
  exec().allocator()->release_cached();
  const DeviceCounts upload = counted([&] { tensor = from(exec(), {1, 2}, {2}); });
  EXPECT_EQ(upload.copies, 1);
  EXPECT_EQ(upload.waits, 1);
  EXPECT_EQ(upload.allocations, 1);
  const DeviceCounts item = counted([&] { (void)tensor.to_vector<float>(); });
  EXPECT_EQ(item.copies, 1);
  EXPECT_EQ(item.waits, 1);
  EXPECT_EQ(counted([&] { (void)tensor.to(DType::kBFloat16); }).launches, 1);
  EXPECT_EQ(counted([&] { (void)tensor.to(DType::kBFloat16); }).allocations, 0);  // cached
  EXPECT_EQ(counted([&] { (void)Tensor::upload(exec(), std::vector<float>{1}, {1}); }).waits, 0);
}

}  // namespace
}  // namespace salix::testing
