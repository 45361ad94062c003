// Fills the places of a batch, one at a time, from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "data/loading/loader.h"

namespace salix::data::detail {

class BatchBuilder {
 public:
  // Checks the request (see Loader).
  BatchBuilder(std::vector<SampleFiles> samples, std::shared_ptr<const SampleReader> reader,
               const LoaderOptions& options);

  std::int64_t sample_count() const { return static_cast<std::int64_t>(samples_.size()); }

  // Arrays of the right sizes, not filled.
  Batch allocate(std::int64_t epoch, std::int64_t index) const;

  struct Filled {
    std::int64_t sample = 0;            // the one that was read
    std::vector<std::int64_t> skipped;  // those that could not be
  };
  // Reads into place `k` of `batch` the sample that `order` has there, or, if bad images are
  // skipped, the next good one behind it (the order is a ring). So a place's content does not
  // depend on the other places. Thread-safe for different places.
  Filled fill(Batch& batch, const std::vector<std::int64_t>& order, int k);

  // What was wrong with a skipped sample.
  std::string defect(std::int64_t sample) const;

 private:
  void read(Batch& batch, int k, std::int64_t sample) const;
  bool is_known_bad(std::int64_t sample) const;

  std::vector<SampleFiles> samples_;
  std::shared_ptr<const SampleReader> reader_;
  std::vector<Field> fields_;
  LoaderOptions options_;
  HostMemory memory_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, std::string> defects_;
};

}  // namespace salix::data::detail
