// Checkpoints: all that a run needs to go on with the same bits, in one safetensors file:
// the network under the reference's names, the optimizer's state as "optimizer.<name>",
// and as metadata the position, the random numbers' state and what run it belongs to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "train/optimizers/optimizer.h"

namespace salix {

// The next iteration to do. Epochs count from 1; `step` counts iterations of the whole run.
struct TrainingPosition {
  std::int64_t epoch = 1, iteration = 0, step = 0;
  friend bool operator==(const TrainingPosition&, const TrainingPosition&) = default;
};

// What a checkpoint must agree with, besides the seed of the network's Exec.
struct RunIdentity {
  std::string config_hash;   // of the options that change the numbers
  std::string dataset_hash;  // of the list of training files
};

// Atomic. The seed and the random step are those of the network's Exec.
void save_checkpoint(const std::filesystem::path& path, const Module& network,
                     const Optimizer& optimizer, const TrainingPosition& position,
                     const RunIdentity& identity);

// Sets network, optimizer and the Exec's random step to what they were. Gradients are not
// part of it: checkpoints are made between optimizer steps.
// Errors   IoError when the file is damaged (its content has a checksum); InvalidInput when it
//          is whole but not of this run: another network, seed, configuration or data list.
//          Nothing is changed then.
TrainingPosition load_checkpoint(const std::filesystem::path& path, Module& network,
                                 Optimizer& optimizer, const RunIdentity& identity);

}  // namespace salix
