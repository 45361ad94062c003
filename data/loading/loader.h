// Batches of training samples, decoded and resized by worker threads ahead of the training.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/loading/sample_reader.h"

namespace salix::data {

enum class OnBadImage {
  kFail,  // next() throws
  kSkip   // the next good sample of the epoch's order stands in
};

struct LoaderOptions {
  int batch = 8;     // N
  int workers = 2;   // threads; 0: next() does the work itself
  int prefetch = 4;  // batches under way or waiting, at most
  std::uint64_t seed = 0;
  // Of several processes that train together, each on its share: batch b of an epoch is the
  // `ranks` times `batch` samples from place b * ranks * batch of the order on, and rank r has
  // the r-th `batch` of them.
  int rank = 0, ranks = 1;
  OnBadImage on_bad_image = OnBadImage::kFail;
  // Called by next(), once per bad file, with its name and what is wrong.
  std::function<void(const std::string&)> warn = {};
  // Where batches lie: empty for the heap, make_pinned_memory(device) for a GPU.
  HostMemory memory = {};
};

// The order is that of data/loading/draws.h; an incomplete last batch is dropped. A
// batch's bits depend on (samples, reader, options.seed, rank, ranks, epoch, index) alone: not on
// workers, prefetch, or where the epoch was started. One thread calls; the workers are the loader's
// own.
class Loader {
 public:
  // InvalidInput for fewer samples than one batch of every rank, or a sample that the reader
  // refuses.
  Loader(std::vector<SampleFiles> samples, std::shared_ptr<const SampleReader> reader,
         LoaderOptions options);
  ~Loader();  // does not wait for more than the samples being read
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  std::int64_t batches_per_epoch() const;

  // Begins (or begins anew) with batch `first_batch` of an epoch; what was prefetched is dropped.
  void start_epoch(std::int64_t epoch, std::int64_t first_batch = 0);

  // The next batch in order; nothing after the last. What a worker threw is thrown here at the
  // batch concerned (IoError that names the file), after all batches before it, and again on
  // each call until start_epoch().
  std::optional<Batch> next();

  // Different bad files that delivered batches have skipped.
  std::int64_t skipped_files() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace salix::data
