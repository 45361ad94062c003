// Batches of training samples, decoded and resized by worker threads ahead of the training.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/loading/host_buffer.h"
#include "data/sets/dataset.h"

namespace salix::data {

// What the arrays of one batch hold: training_sample.h. N samples, channels last.
struct Batch {
  std::int64_t epoch = 0;
  std::int64_t index = 0;                     // of the batch in its epoch, from 0
  std::vector<std::int64_t> samples;          // indices of the data set, N
  HostBuffer image;                           // [N,S,S,3]
  HostBuffer mask;                            // [N,S,S]; empty unless with_masks
  std::array<HostBuffer, kModalities> prior;  // [N,S,S,3]; empty where the letter is not trained on
  std::vector<bool> flipped;                  // N
};

enum class OnBadImage {
  kFail,  // next() throws
  kSkip   // the next good sample of the epoch's order stands in
};

struct LoaderOptions {
  std::string letters = "c";  // the training letters: which priors there are
  int batch = 8;              // N
  int size = 320;             // S
  int workers = 2;            // threads; 0: next() does the work itself
  int prefetch = 4;           // batches under way or waiting, at most
  std::uint64_t seed = 0;
  // Of several processes that train together, each on its share: batch b of an epoch is the
  // `ranks` times `batch` samples from place b * ranks * batch of the order on, and rank r has
  // the r-th `batch` of them.
  int rank = 0, ranks = 1;
  bool with_masks = false;
  // Where the mask of a sample lies in an epoch, instead of SampleFiles::mask: for labels that
  // training changes. Asked by the workers, when they read it.
  std::function<std::filesystem::path(std::int64_t sample, std::int64_t epoch)> mask_file = {};
  OnBadImage on_bad_image = OnBadImage::kFail;
  // Called by next(), once per bad file, with its name and what is wrong.
  std::function<void(const std::string&)> warn = {};
  // Where batches lie: empty for the heap, make_pinned_memory(device) for a GPU.
  HostMemory memory = {};
};

// The order and flips are those of data/loading/draws.h; an incomplete last batch is dropped. A
// batch's bits depend on (samples, options.seed, rank, ranks, epoch, index) alone: not on workers,
// prefetch, or where the epoch was started. One thread calls; the workers are the loader's own.
class Loader {
 public:
  // InvalidInput for fewer samples than one batch of every rank, or a sample without mask if
  // with_masks.
  Loader(std::vector<SampleFiles> samples, LoaderOptions options);
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
