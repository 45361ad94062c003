// What the loader asks to turn the files of a sample into the fields of a batch: every recipe
// chooses its reader.
#pragma once

#include <span>
#include <vector>

#include "data/loading/batch.h"
#include "data/sets/dataset.h"

namespace salix::data {

// Which sample is read when: all that its random draws may depend on (data/loading/draws.h), so
// that no thread, worker or resume changes them.
struct SampleRequest {
  std::int64_t sample = 0;  // index of the data set
  std::int64_t epoch = 1;
  std::uint64_t seed = 0;
};

class SampleReader {
 public:
  virtual ~SampleReader() = default;
  // The same for all samples.
  virtual std::vector<Field> fields() const = 0;
  // Fills one span per field, in their order. Called by several threads at once.
  // Errors    IoError that names the file.
  virtual void read(const SampleFiles& files, const SampleRequest& request,
                    const std::vector<std::span<float>>& out) const = 0;
  // InvalidInput for a sample that lacks what read() needs; before any is read.
  virtual void check(const SampleFiles&) const {}
};

}  // namespace salix::data
