#include "data/loading/loader.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "data/loading/batch_builder.h"
#include "data/loading/draws.h"
#include "engine/error.h"
#include "engine/parallel.h"

namespace salix::data {
namespace {

using Lock = std::unique_lock<std::mutex>;

// A batch under way. Held by the queue and by each worker that fills a place of it, so that a
// batch of a dropped epoch lives until its last writer is done.
struct Pending {
  Batch batch;
  std::shared_ptr<const std::vector<std::int64_t>> order;
  int next_place = 0;                              // the first that nobody has taken
  int places_left = 0;                             // not filled yet
  std::vector<std::exception_ptr> failures;        // per place
  std::vector<std::vector<std::int64_t>> skipped;  // per place
};

}  // namespace

struct Loader::Work {
  Work(std::vector<SampleFiles> samples, std::shared_ptr<const SampleReader> reader,
       LoaderOptions request)
      : options(std::move(request)),
        builder(std::move(samples), std::move(reader), options),
        batches(builder.sample_count() / (std::int64_t{options.ranks} * options.batch)),
        next_batch(batches) {
    try {
      for (int k = 0; k < options.workers; ++k) workers.emplace_back([this] { run_worker(); });
    } catch (const std::system_error& error) {
      const std::size_t made = workers.size();
      stop();
      throw Error(str("loader: only ", made, " of ", options.workers, " threads could be made (",
                      error.what(), "); ask for fewer --workers"));
    }
  }
  ~Work() { stop(); }
  void stop() {
    {
      const Lock lock(mutex);
      stopping = true;
    }
    work_waits.notify_all();
    for (std::thread& worker : workers) worker.join();
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  // Without workers nothing is done ahead: the queue holds the batch that next() is filling.
  std::size_t queue_limit() const {
    return options.workers > 0 ? static_cast<std::size_t>(options.prefetch) : 1;
  }

  bool has_open_place() const { return !queue.empty() && queue.back()->next_place < options.batch; }
  bool has_work() const {
    return has_open_place() || (next_batch < batches && queue.size() < queue_limit());
  }

  void run_worker() {
    set_thread_count(1);  // the workers share the cores; loops inside a sample must not fork
    Lock lock(mutex);
    while (true) {
      work_waits.wait(lock, [this] { return stopping || has_work(); });
      if (stopping) return;
      try {
        fill_one(lock);
      } catch (...) {  // no memory for another batch
        stop_epoch(std::current_exception());
      }
    }
  }

  // Takes the first open place, in order, and fills it; the lock is released meanwhile.
  void fill_one(Lock& lock) {
    if (!has_open_place()) open_batch();
    const std::shared_ptr<Pending> pending = queue.back();
    const int k = pending->next_place++;
    const auto place = static_cast<std::size_t>(k);
    lock.unlock();
    detail::BatchBuilder::Filled filled;
    std::exception_ptr thrown;
    try {
      filled = builder.fill(pending->batch, *pending->order, k);
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    pending->batch.samples[place] = filled.sample;
    pending->failures[place] = thrown;
    pending->skipped[place] = std::move(filled.skipped);
    if (--pending->places_left == 0) batch_ready.notify_all();
  }

  void open_batch() {
    auto pending = std::make_shared<Pending>();
    pending->batch = builder.allocate(epoch, next_batch);
    pending->order = order;
    pending->places_left = options.batch;
    pending->failures.resize(static_cast<std::size_t>(options.batch));
    pending->skipped.resize(static_cast<std::size_t>(options.batch));
    queue.push_back(std::move(pending));
    ++next_batch;
    if (options.batch > 1) work_waits.notify_all();
  }

  void stop_epoch(std::exception_ptr reason) {
    failure = std::move(reason);
    queue.clear();
    next_batch = batches;
    batch_ready.notify_all();
  }

  // The oldest batch, complete; nothing at the end of the epoch. Throws what stopped it.
  std::shared_ptr<Pending> take(Lock& lock) {
    if (failure) std::rethrow_exception(failure);
    if (queue.empty() && next_batch >= batches) return nullptr;
    if (options.workers == 0) {
      do fill_one(lock);
      while (queue.front()->places_left > 0);
    }
    batch_ready.wait(
        lock, [this] { return failure || (!queue.empty() && queue.front()->places_left == 0); });
    if (failure) std::rethrow_exception(failure);
    std::shared_ptr<Pending> pending = std::move(queue.front());
    queue.pop_front();
    work_waits.notify_all();
    return pending;
  }

  void name_skipped(const Pending& pending) {
    for (const auto& place : pending.skipped)
      for (const std::int64_t sample : place)
        if (named.insert(sample).second && options.warn) options.warn(builder.defect(sample));
  }

  const LoaderOptions options;
  detail::BatchBuilder builder;
  const std::int64_t batches;  // per epoch

  std::mutex mutex;  // for all below
  std::condition_variable work_waits, batch_ready;
  bool stopping = false;
  std::int64_t epoch = 0, next_batch;
  std::shared_ptr<const std::vector<std::int64_t>> order;
  std::deque<std::shared_ptr<Pending>> queue;  // by batch index; only the last has open places

  std::exception_ptr failure;  // why the epoch could not go on

  std::set<std::int64_t> named;  // bad samples that warn() was told; of the calling thread
  std::vector<std::thread> workers;
};

Loader::Loader(std::vector<SampleFiles> samples, std::shared_ptr<const SampleReader> reader,
               LoaderOptions options)
    : work_(std::make_unique<Work>(std::move(samples), std::move(reader), std::move(options))) {}

Loader::~Loader() = default;

std::int64_t Loader::batches_per_epoch() const { return work_->batches; }

std::int64_t Loader::skipped_files() const {
  return static_cast<std::int64_t>(work_->named.size());
}

void Loader::start_epoch(std::int64_t epoch, std::int64_t first_batch) {
  SALIX_CHECK(first_batch >= 0 && first_batch <= work_->batches,
              "loader: an epoch has batches 0 to ", work_->batches - 1, "; got ", first_batch);
  auto order = std::make_shared<const std::vector<std::int64_t>>(
      epoch_order(work_->options.seed, epoch, work_->builder.sample_count()));
  const Lock lock(work_->mutex);
  work_->queue.clear();
  work_->failure = nullptr;
  work_->epoch = epoch;
  work_->order = std::move(order);
  work_->next_batch = first_batch;
  work_->work_waits.notify_all();
}

std::optional<Batch> Loader::next() {
  Lock lock(work_->mutex);
  SALIX_CHECK(work_->order != nullptr, "loader: call start_epoch() before next()");
  const std::shared_ptr<Pending> pending = work_->take(lock);
  if (!pending) return std::nullopt;
  for (const std::exception_ptr& failure : pending->failures) {
    if (!failure) continue;
    work_->stop_epoch(failure);
    std::rethrow_exception(failure);
  }
  lock.unlock();
  work_->name_skipped(*pending);
  return std::move(pending->batch);
}

}  // namespace salix::data
