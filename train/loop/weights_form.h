// How long a run is, and what its files of weights are called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace salix {

// When a run ends and when its weights are written.
struct RunLength {
  int epochs = 20;
  std::int64_t iterations = 0;     // more than 0: the run ends after so many, whatever `epochs`
  std::int64_t weights_every = 0;  // iterations between weight files; 0: one per epoch
  std::int64_t at_most = 0;        // iterations; the run ends earlier, with weights; 0: it does not
};

// Files of weights as another program names and packs them.
struct SnapshotForm {
  std::string stem;       // <stem><k>.pth after iteration k, which counts from 0
  std::string container;  // the state dict stands under this name in the file
};

struct WeightsForm {
  // <name>_<e>.pth after epoch e; <name>_iter_<k>.pth after iteration k.
  std::string name = "weights";
  std::optional<SnapshotForm> snapshots = {};  // instead
};

// Iterations of the whole run.
std::int64_t steps_of(const RunLength& length, std::int64_t batches_per_epoch);

// The name of the file after iteration `step`, with which epoch `ended_epoch` ends; 0: none does.
std::string weights_file(const WeightsForm& form, const RunLength& length, std::int64_t step,
                         std::int64_t ended_epoch);

// The name of the file that the run ends with. Epochs have at least one batch.
std::string last_weights_file(const WeightsForm& form, const RunLength& length,
                              std::int64_t batches_per_epoch);

}  // namespace salix
