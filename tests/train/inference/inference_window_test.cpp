// Who works when: workers beside a device that computes, and in turn with a CPU that does.
#include "train/inference/inference_window.h"

#include <gmock/gmock.h>

#include "tests/train/inference/toy_items.h"

namespace salix::testing {
namespace {

constexpr int kBatch = 2, kThreads = 3, kItems = 60;

class InferenceWindowTest : public ::testing::Test {
 protected:
  // What the network would do.
  static void compute(const std::vector<InferenceItem*>& items) {
    for (InferenceItem* item : items) {
      item->map = data::FloatMap(4, 4, item->image.values.front());
    }
  }
  // Whether as many items as that are under way at some time in the next seconds.
  bool sees_alive(std::int64_t count) const {
    for (int k = 0; k < 5000; ++k) {
      if (log.alive >= count) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  Log log;
};

TEST_F(InferenceWindowTest, WorkersBesideADeviceReadAheadAndFinishWhileItComputes) {
  InferenceWindow window(toys(log, kItems), kBatch);
  window.start_workers(kThreads, Workers::kBeside);
  compute(window.next_batch());
  EXPECT_TRUE(sees_alive(kBatch + inference_items_ahead(kBatch, kThreads, Workers::kBeside)));
  while (true) {  // one batch is queued before the last is handed back
    const std::vector<InferenceItem*> next = window.next_batch();
    if (next.empty()) break;
    compute(next);
    window.computed();
  }
  window.computed();
  window.finish_all();
  EXPECT_EQ(log.values.size(), std::size_t{kItems});
  for (int k = 0; k < kItems; ++k) EXPECT_EQ(log.values.at(static_cast<std::size_t>(k)), k);
  EXPECT_LE(log.most_alive, inference_items_alive(kBatch, kThreads, Workers::kBeside));
}

TEST_F(InferenceWindowTest, WorkersInTurnLeaveTheCoresToTheNetwork) {
  InferenceWindow window(toys(log, kItems), kBatch);
  window.start_workers(kThreads, Workers::kInTurn);
  while (true) {
    const std::vector<InferenceItem*> items = window.next_batch();
    if (items.empty()) break;
    const int before = log.begun;
    compute(items);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(log.begun, before);
    window.computed();
  }
  window.finish_all();
  EXPECT_EQ(log.reported.size(), std::size_t{kItems});
  EXPECT_LE(log.most_alive, inference_items_alive(kBatch, kThreads, Workers::kInTurn));
}

TEST_F(InferenceWindowTest, ADroppedOneWaitsForNoMoreThanWhatIsUnderWay) {
  InferenceWindow window(toys(log, kItems), kBatch);
  window.start_workers(kThreads, Workers::kBeside);
  EXPECT_EQ(window.next_batch().size(), std::size_t{kBatch});
}

}  // namespace
}  // namespace salix::testing
