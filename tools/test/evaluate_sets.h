// Predicting whole data sets with progress and a table: what `train` and `test` share.
#pragma once

#include <string>
#include <vector>

#include "models/network.h"
#include "tools/commands.h"
#include "train/inference/pseudo_labels.h"
#include "train/inference/scored_lists.h"

namespace salix::cli {

// Evaluates one list with a progress bar; failures are named as they come. With a non-empty
// `labels` the maps become pseudo labels in that folder. The network is in eval mode.
EvaluationResult evaluate_set(Exec& exec, Network& network, const data::SampleList& list,
                              EvaluationParams params, const std::filesystem::path& labels,
                              const Output& output);

// Errors    WorkFailed when samples failed: how many, of which set.
void check_all_done(const std::vector<EvaluationResult>& results);

}  // namespace salix::cli
