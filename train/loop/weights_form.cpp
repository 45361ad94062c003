#include "train/loop/weights_form.h"

#include <algorithm>

#include "engine/error.h"

namespace salix {

std::int64_t steps_of(const RunLength& length, std::int64_t batches_per_epoch) {
  const std::int64_t all =
      length.iterations > 0 ? length.iterations : length.epochs * batches_per_epoch;
  return length.at_most > 0 ? std::min(length.at_most, all) : all;
}

std::string weights_file(const WeightsForm& form, const RunLength& length, std::int64_t step,
                         std::int64_t ended_epoch) {
  if (form.snapshots) return str(form.snapshots->stem, step - 1, ".pth");
  const bool by_iteration = length.weights_every > 0 || ended_epoch == 0;
  return by_iteration ? str(form.name, "_iter_", step, ".pth")
                      : str(form.name, "_", ended_epoch, ".pth");
}

std::string last_weights_file(const WeightsForm& form, const RunLength& length,
                              std::int64_t batches_per_epoch) {
  const std::int64_t steps = steps_of(length, batches_per_epoch);
  const bool epoch_ends = steps % batches_per_epoch == 0;
  return weights_file(form, length, steps, epoch_ends ? steps / batches_per_epoch : 0);
}

}  // namespace salix
