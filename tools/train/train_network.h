// Training any network in a run directory: what `salix train` does, and the two trainings of
// `salix pipeline`.
#pragma once

#include "tools/commands.h"
#include "tools/train/train_options.h"

namespace salix::cli {

// Trains all epochs that are left; stage 1 then makes pseudo labels, unless told not to.
// Errors    Interrupted after a signal, with a checkpoint written and the command to go on.
void train_network(const TrainRequest& request, const Output& output);

}  // namespace salix::cli
