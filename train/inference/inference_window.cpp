#include "train/inference/inference_window.h"

#include "engine/parallel.h"

namespace salix {
namespace {

// What is thrown becomes the item's failure.
template <typename Work>
void attempt(InferenceItem& item, const Work& work) {
  try {
    work();
  } catch (...) {
    item.failure = std::current_exception();
  }
}

void let_go(InferenceItem& item) {
  item.image = item.modality = item.logits = {};
  item.map = {};
}

}  // namespace

InferenceWindow::InferenceWindow(InferenceItems items, int batch)
    : items_(std::move(items)), batch_(batch), stages_(items_.size(), Stage::kWaiting) {}

InferenceWindow::~InferenceWindow() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  work_waits_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void InferenceWindow::start_workers(int threads, Workers when) {
  threads_ = threads;
  when_ = when;
  gate_open_ = when == Workers::kBeside;
  for (int k = 0; k < threads; ++k) workers_.emplace_back([this] { run_worker(); });
}

void InferenceWindow::run_worker() {
  Exec host(Device{}, {.threads = 1});  // the workers share the cores; no loop of theirs may fork
  Lock lock(mutex_);
  while (true) {
    work_waits_.wait(lock, [this] { return stopping_ || (gate_open_ && has_work()); });
    if (stopping_) return;
    // Reading first, as far as it may go: the network must not wait for an image.
    if (can_read()) {
      read_one(lock);
    } else {
      finish_one(lock, host);
    }
  }
}

bool InferenceWindow::can_read() const {
  return !closed_ && opened_ < items_.size() &&
         ahead_ < inference_items_ahead(batch_, threads_, when_) &&
         alive_ < inference_items_alive(batch_, threads_, when_);
}

// The lock is released meanwhile, here and in finish_one() and report().
void InferenceWindow::read_one(Lock& lock) {
  const std::size_t index = opened_++;
  stages_[index] = Stage::kReading;
  ++ahead_;
  ++alive_;
  ++reading_;
  InferenceItem& item = *items_[index];
  lock.unlock();
  attempt(item, [&] { item.read(); });
  lock.lock();
  --reading_;
  if (item.failure) {
    --ahead_;
    end(index);
  } else {
    stages_[index] = Stage::kRead;
    changed_.notify_one();
  }
}

void InferenceWindow::finish_one(Lock& lock, Exec& host) {
  const std::size_t index = to_finish_.front();
  to_finish_.pop_front();
  ++finishing_;
  InferenceItem& item = *items_[index];
  lock.unlock();
  attempt(item, [&] { item.finish(host); });
  let_go(item);
  lock.lock();
  --finishing_;
  end(index);
}

void InferenceWindow::end(std::size_t index) {
  stages_[index] = Stage::kDone;
  --alive_;
  changed_.notify_one();
  work_waits_.notify_one();
}

void InferenceWindow::open_gate(bool open) {
  if (open && !gate_open_) work_waits_.notify_all();
  gate_open_ = open;
}

// The next batch, and where it ends in the list; false while it is not all read.
bool InferenceWindow::collect(std::vector<std::size_t>& batch, std::size_t& end) const {
  batch.clear();
  for (end = taken_; end < items_.size(); ++end) {
    const Batching batching = items_[end]->batching;
    if (!batch.empty() && batching != Batching::kJoin) return true;
    if (stages_[end] == Stage::kDone) continue;  // could not be read
    if (stages_[end] != Stage::kRead) return false;
    batch.push_back(end);
    if (batching != Batching::kAlone && batch.size() < static_cast<std::size_t>(batch_)) continue;
    ++end;
    return true;
  }
  return true;
}

bool InferenceWindow::has_batch() {
  const Lock lock(mutex_);
  std::vector<std::size_t> batch;
  std::size_t end = 0;
  return collect(batch, end);
}

std::vector<InferenceItem*> InferenceWindow::next_batch() {
  Lock lock(mutex_);
  std::vector<std::size_t> batch;
  std::size_t end = 0;
  bool in_round = false;
  while (true) {
    report(lock);
    const bool ready = collect(batch, end);
    if (ready && (!in_round || round_is_over())) break;
    if (workers_.empty()) {
      read_one(lock);
      continue;
    }
    // The threads of an op spin until the last is done: with workers beside the network on two busy
    // cores, `salix test --crf` took 1.4 times the processor time.
    in_round = when_ == Workers::kInTurn;
    open_gate(true);
    changed_.wait(lock);
  }
  open_gate(when_ == Workers::kBeside);
  taken_ = end;
  ahead_ -= static_cast<std::int64_t>(batch.size());
  work_waits_.notify_all();
  std::vector<InferenceItem*> items;
  for (const std::size_t index : batch) items.push_back(items_[index].get());
  if (!batch.empty()) computing_.push_back(std::move(batch));
  return items;
}

void InferenceWindow::computed() {
  Lock lock(mutex_);
  const std::vector<std::size_t> batch = std::move(computing_.front());
  computing_.pop_front();
  for (const std::size_t index : batch) {
    if (items_[index]->failure) {
      let_go(*items_[index]);
      end(index);
    } else {
      to_finish_.push_back(index);
    }
  }
  work_waits_.notify_all();
  if (!workers_.empty()) return;
  if (!host_) {
    const int threads = thread_count();
    host_ = std::make_unique<Exec>(Device{}, ExecOptions{.threads = 1});
    set_thread_count(threads);  // a new Exec has changed it
  }
  while (!to_finish_.empty()) finish_one(lock, *host_);
}

void InferenceWindow::finish_all() {
  Lock lock(mutex_);
  closed_ = true;
  open_gate(true);
  while (true) {
    report(lock);
    if (to_finish_.empty() && finishing_ == 0) return;
    changed_.wait(lock);
  }
}

// What is done, in order; a failure of an item that no batch has passed yet waits.
void InferenceWindow::report(Lock& lock) {
  while (reported_ < taken_ && stages_[reported_] == Stage::kDone) {
    const std::unique_ptr<InferenceItem> item = std::move(items_[reported_++]);
    lock.unlock();
    item->report();
    lock.lock();
  }
}

}  // namespace salix
