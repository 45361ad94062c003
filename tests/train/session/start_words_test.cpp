// What is said before a training begins.
#include "train/session/start_words.h"

#include <gmock/gmock.h>

namespace salix {
namespace {

using ::testing::ElementsAre;

TEST(StartWords, OfWeights) {
  WeightsSummary summary{.format = "pth (zip)", .epoch = "200"};
  summary.report.loaded = {"conv1.weight", "bn1.weight"};
  EXPECT_EQ(weights_words("moco.pth.tar", summary),
            "weights: moco.pth.tar (pth (zip), epoch 200): an encoder, 2 tensors");
  summary.whole_network = true;
  summary.epoch.clear();
  EXPECT_EQ(weights_words("a2s.pth", summary),
            "weights: a2s.pth (pth (zip)): the whole network, 2 tensors");
}

TEST(StartWords, OfSets) {
  using data::Task;
  const std::vector<data::SampleFiles> samples{
      {Task::kColour, "A", "1", "root/A/images/1.jpg", "", ""},
      {Task::kColour, "A", "2", "root/A/images/2.jpg", "", ""},
      {Task::kVideo, "B", "cat/1", "B/JPEGImages/cat/1.jpg", "B/gt/cat/1.png", "B/flow/cat/1.jpg"}};
  EXPECT_THAT(set_words(samples),
              ElementsAre("c_A: 2 pictures from root/A/images",
                          "o_B: 1 picture from B/JPEGImages, masks from B/gt, with B/flow"));
}

}  // namespace
}  // namespace salix
