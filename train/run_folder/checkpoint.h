// Checkpoints: all that a run needs to go on with the same bits, in one safetensors file:
// the named parts of its state (the network under the reference's names, the optimizer's as
// "optimizer.<name>", a memory bank's as "bank.<name>"), and as metadata the position, the random
// numbers' state and what run it belongs to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/run_folder/position.h"
#include "train/run_folder/state_part.h"

namespace salix {

// What a checkpoint must agree with, besides the seed of the network's Exec.
struct RunIdentity {
  std::string config_hash;   // of the options that change the numbers
  std::string dataset_hash;  // of the list of training files
};

// Atomic. The seed and the random step are the Exec's.
void save_checkpoint(const std::filesystem::path& path, const Exec& exec,
                     const std::vector<StatePart*>& parts, const TrainingPosition& position,
                     const RunIdentity& identity);

// Sets every part and the Exec's random step to what they were. Gradients are not part of it:
// checkpoints are made between optimizer steps.
// Errors   IoError when the file is damaged (its content has a checksum); InvalidInput when it
//          is whole but not of this run: another network, seed, configuration or data list, or a
//          part that is missing, extra or of another shape, by name. Nothing is changed then.
TrainingPosition load_checkpoint(const std::filesystem::path& path, Exec& exec,
                                 const std::vector<StatePart*>& parts, const RunIdentity& identity);

}  // namespace salix
