// Items of a pass whose pixels are their place in the list, and a log of what became of them.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/error.h"
#include "train/inference/inference_window.h"

namespace salix::testing {

// What happened, told by the items.
struct Log {
  std::vector<int> reported;
  std::vector<float> values;  // of the maps, in the order of reports
  std::vector<std::string> failures;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::atomic<int> alive = 0, most_alive = 0, begun = 0;  // of items, of items, of calls
};

enum class Fault { kNone, kRead, kFinish, kReport };

class ToyItem final : public InferenceItem {
 public:
  ToyItem(Log& log, int place, Fault fault = Fault::kNone)
      : log_(log), place_(place), fault_(fault) {}

  void read() override {
    const int alive = ++log_.alive;
    for (int most = log_.most_alive;
         alive > most && !log_.most_alive.compare_exchange_weak(most, alive);) {
    }
    work();
    if (fault_ == Fault::kRead) {
      --log_.alive;
      throw IoError(str("no picture ", place_));
    }
    image = {.shape = {1, 4, 4, 3}, .values = std::vector<float>(48, static_cast<float>(place_))};
  }
  void finish(Exec& host) override {
    EXPECT_EQ(host.threads(), 1);
    work();
    value_ = wants_map ? map.values.at(0) : logits.values.at(0);
    --log_.alive;
    if (fault_ == Fault::kFinish) throw std::runtime_error(str("no room for ", place_));
  }
  void report() override {
    if (fault_ == Fault::kReport) throw IoError("enough");
    log_.reported.push_back(place_);
    log_.values.push_back(value_);
    if (failure) log_.failures.push_back(failure_text());
  }

 private:
  // Uneven, so that items overtake each other.
  void work() {
    ++log_.begun;
    {
      const std::lock_guard lock(log_.mutex);
      log_.threads.insert(std::this_thread::get_id());
    }
    std::this_thread::sleep_for(std::chrono::microseconds(place_ * 7919 % 1500));
  }

  Log& log_;
  const int place_;
  const Fault fault_;
  float value_ = 0;
};

inline InferenceItems toys(Log& log, int count, const std::map<int, Fault>& faults = {}) {
  InferenceItems items;
  for (int place = 0; place < count; ++place) {
    const auto fault = faults.find(place);
    items.push_back(std::make_unique<ToyItem>(
        log, place, fault == faults.end() ? Fault::kNone : fault->second));
  }
  return items;
}

}  // namespace salix::testing
