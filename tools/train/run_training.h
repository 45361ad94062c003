// A training session of the command line: device, ranks, console, profile.
#pragma once

#include "tools/commands.h"
#include "tools/train/train_options.h"

namespace salix::cli {

// Errors    as TrainingSession::run(). On several ranks a failing one takes the others with it.
void run_training(TrainFlags& flags, const Output& output);

}  // namespace salix::cli
