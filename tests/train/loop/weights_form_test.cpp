// What the files of weights of a run are called, and which is the last.
#include <gtest/gtest.h>

#include "train/loop/weights_form.h"

namespace salix::testing {
namespace {

const WeightsForm kForm{.name = "net_base"};

TEST(WeightsForm, EpochsAndIterationsHaveNamesOfTheirOwn) {
  const RunLength epochs{.epochs = 3}, often{.iterations = 9, .weights_every = 4};
  EXPECT_EQ(weights_file(kForm, epochs, 10, 2), "net_base_2.pth");
  EXPECT_EQ(weights_file(kForm, epochs, 7, 0), "net_base_iter_7.pth");
  EXPECT_EQ(weights_file(kForm, often, 4, 2), "net_base_iter_4.pth");
  const WeightsForm other{.snapshots = SnapshotForm{"model-", "model"}};
  EXPECT_EQ(weights_file(other, often, 4, 2), "model-3.pth");
}

TEST(WeightsForm, TheLastOneIsKnownBeforeTheRun) {
  EXPECT_EQ(last_weights_file(kForm, {.epochs = 3}, 5), "net_base_3.pth");
  EXPECT_EQ(last_weights_file(kForm, {.epochs = 3, .at_most = 7}, 5), "net_base_iter_7.pth");
  EXPECT_EQ(last_weights_file(kForm, {.epochs = 3, .at_most = 10}, 5), "net_base_2.pth");
  EXPECT_EQ(last_weights_file(kForm, {.epochs = 3, .at_most = 99}, 5), "net_base_3.pth");
  EXPECT_EQ(last_weights_file(kForm, {.iterations = 12, .weights_every = 5}, 4),
            "net_base_iter_12.pth");
}

}  // namespace
}  // namespace salix::testing
