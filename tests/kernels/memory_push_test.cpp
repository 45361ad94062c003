#include "kernels/memory_push/memory_push.h"

#include <gmock/gmock.h>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<std::int32_t>;

class MemoryPush : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, MemoryPush, ::testing::ValuesIn(all_targets()), target_name);

Tensor ints(Exec& exec, const Ints& values, const Shape& shape) {
  return Tensor::from_host(exec, values, shape);
}

// What each row says of itself: its value and its label, in order.
struct Queue {
  std::vector<float> values;
  Ints labels, bounds;
};

struct TestQueue {
  Exec& exec;
  Tensor rows, labels, bounds;

  explicit TestQueue(Exec& on, int iterations)
      : exec(on), bounds(Tensor::zeros(on, {2 * iterations + 1}, DType::kInt32)) {}

  // Row k of rank r has the value 100 * name + 10 r + k and the label k. bounds [ranks,3].
  Queue push(int name, const Ints& new_bounds, double frozen = 0) {
    const std::int64_t ranks = static_cast<std::int64_t>(new_bounds.size()) / 3;
    std::vector<float> values;
    Ints new_labels;
    for (std::int64_t r = 0; r < ranks; ++r) {
      for (std::int64_t k = 0; k < 4; ++k) {
        values.push_back(static_cast<float>(100 * name + 10 * r + k));
        new_labels.push_back(static_cast<std::int32_t>(k));
      }
    }
    const Tensor fresh = from(exec, values, {ranks, 4, 1});
    const Tensor fresh_labels = ints(exec, new_labels, {ranks, 4});
    const Tensor fresh_bounds = ints(exec, new_bounds, {ranks, 3});
    const Tensor is_frozen = Tensor::full(exec, Shape{}, frozen);
    const Shape room{16};
    Guarded moved(exec, {16, 1}), moved_labels(exec, room, DType::kInt32);
    Guarded moved_bounds(exec, bounds.shape(), DType::kInt32);
    kernels::memory_push(
        exec,
        {rows.defined() ? rows.view() : ConstView{}, labels.defined() ? labels.view() : ConstView{},
         bounds.view(), fresh.view(), fresh_labels.view(), fresh_bounds.view(), is_frozen.view(),
         moved.view(), moved_labels.view(), moved_bounds.view()});
    EXPECT_TRUE(moved.intact() && moved_labels.intact() && moved_bounds.intact());
    rows = moved.tensor();
    labels = moved_labels.tensor();
    bounds = moved_bounds.tensor();
    Queue found{rows.to_vector<float>(), labels.to_vector<std::int32_t>(),
                bounds.to_vector<std::int32_t>()};
    const auto used = static_cast<std::size_t>(found.bounds.back());
    for (std::size_t i = used; i < 16; ++i) {
      EXPECT_EQ(found.values[i], 0);
      EXPECT_EQ(found.labels[i], -1);
    }
    found.values.resize(used);
    found.labels.resize(used);
    return found;
  }
};

TEST_P(MemoryPush, RefusesBadRequests) {
  TestQueue run(exec(), 1);
  run.bounds = Tensor::zeros(exec(), {4}, DType::kInt32);
  EXPECT_THAT(
      error_of([&] {
        run.push(1, {0, 1, 2});
      }),
      HasSubstr("memory_push: needs new rows [R,L,C], new bounds [R,B+1] and bounds [2m+1]"));
}

TEST_P(MemoryPush, TheOldestLeaves) {
  TestQueue run(exec(), 2);
  Queue found = run.push(1, {0, 2, 3});
  EXPECT_EQ(found.bounds, (Ints{0, 0, 2, 2, 3}));
  EXPECT_EQ(found.values, (std::vector<float>{100, 101, 102}));
  found = run.push(2, {0, 1, 4});
  EXPECT_EQ(found.values, (std::vector<float>{100, 101, 200, 102, 201, 202, 203}));
  EXPECT_EQ(found.labels, (Ints{0, 1, 0, 2, 1, 2, 3}));
  found = run.push(3, {0, 0, 1});  // no plain one: as good as any
  EXPECT_EQ(found.values, (std::vector<float>{200, 201, 202, 203, 300}));
  EXPECT_EQ(found.bounds, (Ints{0, 1, 1, 4, 5}));
}

TEST_P(MemoryPush, AFrozenQueueStays) {
  TestQueue run(exec(), 2);
  EXPECT_TRUE(run.push(1, {0, 2, 3}, 1).values.empty());
  const Queue before = run.push(1, {0, 2, 3});
  const Queue after = run.push(2, {0, 2, 3}, 1);
  EXPECT_EQ(before.values, after.values);
  EXPECT_EQ(before.labels, after.labels);
  EXPECT_EQ(before.bounds, after.bounds);
}

TEST_P(MemoryPush, RanksFollowEachOther) {
  TestQueue run(exec(), 1);
  const Queue found = run.push(1, {0, 2, 3, 0, 1, 4});
  EXPECT_EQ(found.values, (std::vector<float>{100, 101, 110, 102, 111, 112, 113}));
  EXPECT_EQ(found.bounds, (Ints{0, 3, 7}));
}

}  // namespace
}  // namespace salix::testing
