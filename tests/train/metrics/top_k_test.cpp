// Ranks, losses and their means by hand.
#include "train/metrics/top_k.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/error.h"

namespace salix::testing {
namespace {

TEST(TopK, TheRankCountsHigherScoresAndEqualOnesBefore) {
  const std::vector<float> scores{1, 5, 3, 5, -2};
  EXPECT_EQ(rank_of(scores, 1), 0);
  EXPECT_EQ(rank_of(scores, 3), 1);
  EXPECT_EQ(rank_of(scores, 2), 2);
  EXPECT_EQ(rank_of(scores, 4), 4);
  const std::vector<float> broken{1, std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(rank_of(broken, 1), 2);
  EXPECT_EQ(rank_of(broken, 0), 0);
  EXPECT_THROW(rank_of(scores, 5), InvalidInput);
  EXPECT_THROW(rank_of(scores, -1), InvalidInput);
}

TEST(TopK, TheLossIsTheCrossEntropyOfAnyMagnitude) {
  const std::vector<float> scores{1, 2, 3};
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(3.0);
  EXPECT_NEAR(class_cross_entropy(scores, 0), std::log(sum) - 1, 1e-12);
  const std::vector<float> large{1000, 999};
  EXPECT_NEAR(class_cross_entropy(large, 1), std::log1p(std::exp(-1.0)) + 1, 1e-12);
  EXPECT_THROW(class_cross_entropy(scores, 3), InvalidInput);
}

// Five images in batches of two: the last batch of one counts as much as the others.
TEST(TopK, ThePublishedLossIsTheMeanOfTheMeansOfBatches) {
  ClassTally tally(2);
  const std::vector<std::pair<int, double>> images{{0, 1}, {4, 2}, {5, 3}, {0, 4}, {1, 10}};
  for (const auto& [rank, loss] : images) tally.add(rank, loss);
  const ClassScores scores = tally.scores();
  EXPECT_EQ(scores.images, 5);
  EXPECT_DOUBLE_EQ(scores.top1, 0.4);
  EXPECT_DOUBLE_EQ(scores.top5, 0.8);
  EXPECT_DOUBLE_EQ(scores.loss, 4);
  EXPECT_DOUBLE_EQ(scores.loss_of_batches, (1.5 + 3.5 + 10) / 3);
}

TEST(TopK, WholeBatchesGiveEqualMeansAndNoImageGivesNone) {
  ClassTally tally(2);
  EXPECT_EQ(tally.scores().images, 0);
  EXPECT_EQ(tally.scores().loss_of_batches, 0);
  for (const double loss : {1.0, 2.0, 3.0, 6.0}) tally.add(0, loss);
  EXPECT_DOUBLE_EQ(tally.scores().loss, 3);
  EXPECT_DOUBLE_EQ(tally.scores().loss_of_batches, 3);
  EXPECT_THROW(ClassTally(0), InvalidInput);
}

}  // namespace
}  // namespace salix::testing
