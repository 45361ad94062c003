// The items of a pass that are on their way, between the threads that read and finish them and
// the one that computes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "train/inference/inference_item.h"

namespace salix {

using InferenceItems = std::vector<std::unique_ptr<InferenceItem>>;

// When the workers of a pass work.
enum class Workers {
  kBeside,  // always: the network runs on another device
  kInTurn  // while the calling thread waits for a batch: the network needs the same cores. Items go
           // in rounds, as many as keep all threads busy to the end of one
};

// How many items at most have been read, or are being read, for the network to take.
constexpr std::int64_t inference_items_ahead(int batch, int threads, Workers workers) {
  return batch + std::int64_t{workers == Workers::kBeside ? 1 : 4} * threads;
}
// Likewise, of those on their way from read() to the end of finish().
constexpr std::int64_t inference_items_alive(int batch, int threads, Workers workers) {
  return 2 * inference_items_ahead(batch, threads, workers);
}

class InferenceWindow {
 public:
  InferenceWindow(InferenceItems items, int batch);
  ~InferenceWindow();  // waits for no more than what is being read or finished
  InferenceWindow(const InferenceWindow&) = delete;
  InferenceWindow& operator=(const InferenceWindow&) = delete;

  // Without it the calling thread reads and finishes, as it asks for a batch and hands it back.
  void start_workers(int threads, Workers when);

  // --- of the calling thread ---
  // The next items that could be read and may be in one batch; none at the end. Waits.
  std::vector<InferenceItem*> next_batch();
  // Whether next_batch() would return at once.
  bool has_batch();
  // The oldest batch that next_batch() gave and that is not back yet has been through the network:
  // what is left is finish(), but for items that failed there.
  void computed();
  // Reads nothing more, and waits for all that were computed.
  void finish_all();

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Stage { kWaiting, kReading, kRead, kFinishing, kDone };

  void run_worker();
  bool can_read() const;
  bool has_work() const { return can_read() || !to_finish_.empty(); }
  bool round_is_over() const { return !has_work() && reading_ == 0 && finishing_ == 0; }
  void open_gate(bool open);
  void read_one(Lock& lock);
  void finish_one(Lock& lock, Exec& host);
  bool collect(std::vector<std::size_t>& batch, std::size_t& end) const;
  void report(Lock& lock);
  void end(std::size_t index);

  InferenceItems items_;
  const int batch_;
  int threads_ = 0;
  Workers when_ = Workers::kBeside;
  std::unique_ptr<Exec> host_;  // of the calling thread, without workers

  std::mutex mutex_;  // for all below
  std::condition_variable work_waits_, changed_;
  std::vector<Stage> stages_;
  std::size_t opened_ = 0;              // items [0, opened_) are being read, or have been
  std::size_t taken_ = 0;               // items [0, taken_) were in a batch, or could not be read
  std::size_t reported_ = 0;            // items [0, reported_) are done with
  std::int64_t ahead_ = 0, alive_ = 0;  // opened and not taken; opened and not finished
  std::deque<std::vector<std::size_t>> computing_;
  std::deque<std::size_t> to_finish_;
  std::int64_t reading_ = 0, finishing_ = 0;
  bool gate_open_ = true;                   // workers may begin something
  bool closed_ = false, stopping_ = false;  // nothing more is read; the threads end

  std::vector<std::thread> workers_;
};

}  // namespace salix
