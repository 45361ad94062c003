// The pseudo labels of whole training sets: what a training without labels leaves behind.
#pragma once

#include "train/console/console.h"
#include "train/inference/scored_lists.h"

namespace salix {

// Of every training set of the tasks in `letters`, with a bar for each, and a table of the scores
// where sets have masks. The network is in eval mode.
// Errors    IoError when a set cannot be read, Error when images failed (they are named first).
void label_training_sets(Exec& exec, Network& network, const std::string& letters,
                         const data::DatasetOptions& sources, const EvaluationParams& params,
                         Console& console);

}  // namespace salix
