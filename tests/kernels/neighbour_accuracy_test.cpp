#include "kernels/neighbour_accuracy/neighbour_accuracy.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "layers/functional/segment_contrast.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using Ints = std::vector<std::int32_t>;

class NeighbourAccuracy : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, NeighbourAccuracy, ::testing::ValuesIn(all_targets()),
                         target_name);

Tensor list(Exec& exec, const Ints& values) {
  return Tensor::from_host(exec, values, {static_cast<std::int64_t>(values.size())});
}

// `count` vectors, and two more that do not count; labels turn.
PrototypeTable table(Exec& exec, int count, int channels, std::uint64_t seed) {
  Ints labels;
  for (int k = 0; k < count + 2; ++k) labels.push_back(k * k % 3);
  return {random_tensor(exec, {count + 2, channels}, seed), list(exec, labels),
          list(exec, {0, count / 2, count})};
}

double by_definition(const PrototypeTable& current, const PrototypeTable& memory) {
  std::vector<std::vector<double>> vectors;
  Ints labels;
  for (const PrototypeTable* part : {&current, &memory}) {
    if (!part->vectors.defined()) continue;
    const auto values = part->vectors.to_vector<double>();
    const auto channels = static_cast<std::ptrdiff_t>(part->vectors.dim(1));
    for (int k = 0; k < part->bounds.to_vector<std::int32_t>().back(); ++k) {
      vectors.emplace_back(values.begin() + k * channels, values.begin() + (k + 1) * channels);
      labels.push_back(part->labels.to_vector<std::int32_t>()[static_cast<std::size_t>(k)]);
    }
  }
  double sum = 0, looked_at = 0;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t j = 0; j < vectors.size(); ++j) {
      double cosine = 0;
      for (std::size_t c = 0; c < vectors[i].size(); ++c) cosine += vectors[i][c] * vectors[j][c];
      order.emplace_back(-cosine, j);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t k = 0; k < std::min<std::size_t>(5, order.size()); ++k, ++looked_at) {
      sum += labels[order[k].second] == labels[i] ? 1 : 0;
    }
  }
  return looked_at > 0 ? sum / looked_at : 0;
}

TEST_P(NeighbourAccuracy, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] { neighbour_accuracy(table(exec(), 3, 4, 1), table(exec(), 3, 5, 1)); }),
              HasSubstr("the memory must have shape [5, 4]"));
  PrototypeTable labelled = table(exec(), 3, 4, 1);
  labelled.labels = list(exec(), {1});
  EXPECT_THAT(error_of([&] { neighbour_accuracy(labelled, {}); }),
              HasSubstr("its labels must have shape [5]"));
}

TEST_P(NeighbourAccuracy, FollowsTheDefinition) {
  for (const int count : {0, 1, 3, 5, 31, 100}) {
    const PrototypeTable current = table(exec(), count, 7, 1);
    EXPECT_NEAR(neighbour_accuracy(current, {}).item(), by_definition(current, {}), 1e-6) << count;
    const PrototypeTable memory = table(exec(), 2 * count + 1, 7, 2);
    EXPECT_NEAR(neighbour_accuracy(current, memory).item(), by_definition(current, memory), 1e-6)
        << count;
  }
}

// All vectors alike: the first five are everybody's nearest.
TEST_P(NeighbourAccuracy, TheFirstOfEqualsWins) {
  const PrototypeTable alike{Tensor::full(exec(), {70, 4}, 0.5),
                             list(exec(),
                                  [] {
                                    Ints labels(70, 1);
                                    std::fill(labels.begin(), labels.begin() + 3, 0);
                                    return labels;
                                  }()),
                             list(exec(), {0, 70})};
  EXPECT_NEAR(neighbour_accuracy(alike, {}).item(), (3 * 3 + 67 * 2) / 350.0, 1e-6);
}

TEST_P(NeighbourAccuracy, StaysInItsBufferAndRepeats) {
  const PrototypeTable current = table(exec(), 40, 9, 1);
  Guarded accuracy(exec(), {1});
  kernels::neighbour_accuracy(exec(), {current.vectors.view(),
                                       current.labels.view(),
                                       current.bounds.view(),
                                       {},
                                       {},
                                       {},
                                       accuracy.view()});
  EXPECT_TRUE(accuracy.intact());
  EXPECT_EQ(accuracy.tensor().item(), neighbour_accuracy(current, {}).item());
}

TEST(NeighbourAccuracyThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return std::vector{neighbour_accuracy(table(exec, 300, 33, 1), table(exec, 90, 33, 2))};
  }));
}

}  // namespace
}  // namespace salix::testing
