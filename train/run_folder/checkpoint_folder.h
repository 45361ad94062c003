// The checkpoints of one run: step_NNNNNN.safetensors, and `latest` with the name of the
// newest complete one.
#pragma once

#include <functional>
#include <optional>

#include "train/run_folder/checkpoint.h"

namespace salix {

class CheckpointFolder {
 public:
  // `keep`: how many resumable checkpoints stay (>= 1). The folder is made when missing.
  explicit CheckpointFolder(std::filesystem::path folder, int keep = 2);

  // Writes the checkpoint, then points `latest` at it, then removes what is no longer kept;
  // killed at any moment, the folder still resumes. Returns the file.
  std::filesystem::path save(const Exec& exec, const std::vector<StatePart*>& parts,
                             const TrainingPosition& position, const RunIdentity& identity);

  // Loads the newest checkpoint; a damaged one is passed to `warn` and the one before is taken.
  // Empty when there is none at all. IoError when all are damaged, InvalidInput as
  // load_checkpoint().
  std::optional<TrainingPosition> resume(Exec& exec, const std::vector<StatePart*>& parts,
                                         const RunIdentity& identity,
                                         const std::function<void(const std::string&)>& warn);

  // The files, newest first: none newer than `latest` says.
  std::vector<std::filesystem::path> candidates() const;

 private:
  void prune(std::int64_t newest_step) const;

  std::filesystem::path folder_;
  int keep_;
};

}  // namespace salix
