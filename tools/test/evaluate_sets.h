// Predicting whole data sets with progress and a table: what `train` and `test` share.
#pragma once

#include <string>
#include <vector>

#include "models/network.h"
#include "tools/commands.h"
#include "train/inference/pseudo_labels.h"

namespace salix::cli {

// "ct" -> "cr,tr": the training sets of these tasks.
std::string training_vals(const std::string& letters);
// "c_DUTS-TR" -> "DUTS-TR".
std::string set_name(const data::SampleList& list);

// Evaluates one list with a progress bar; failures are named as they come. With a non-empty
// `labels` the maps become pseudo labels in that folder. The network is in eval mode.
EvaluationResult evaluate_set(Exec& exec, Network& network, const data::SampleList& list,
                              EvaluationParams params, const std::filesystem::path& labels,
                              const Output& output);

// The lists that `vals` names, for the network: one that looks at the image alone needs no
// modality files, one of two modalities has no use for task c (InvalidInput says so).
std::vector<data::SampleList> lists_for(const Network& network, const std::string& vals,
                                        data::DatasetOptions options);

// The sets that had masks.
std::vector<ScoredSet> scored_sets(const std::vector<EvaluationResult>& results);
// Their scores; "" when none had.
std::string table_of(const std::vector<EvaluationResult>& results);
// Errors    WorkFailed when samples failed: how many, of which set.
void check_all_done(const std::vector<EvaluationResult>& results);

}  // namespace salix::cli
