// Predicting whole data sets with a progress bar and an exit code.
#pragma once

#include "tools/commands.h"
#include "train/inference/scored_lists.h"

namespace salix::cli {

// evaluate_list() with a progress bar; failures are named as they come, questions about the files
// at the end.
EvaluationResult evaluate_set(Exec& exec, Network& network, const data::SampleList& list,
                              EvaluationParams params, const std::filesystem::path& labels,
                              const Output& output);

// Errors    Interrupted when a pass was stopped, WorkFailed when samples failed: how many, of which
//           set.
void check_all_done(const std::vector<EvaluationResult>& results);

}  // namespace salix::cli
