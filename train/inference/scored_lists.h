// Which lists are predicted and scored, and what is said of the results: shared by testing,
// training and labelling.
#pragma once

#include <string>
#include <vector>

#include "models/network.h"
#include "train/inference/pseudo_labels.h"

namespace salix {

// "ct" -> "cr,tr": the training sets of these tasks.
std::string training_vals(const std::string& letters);
// "c_DUTS-TR" -> "DUTS-TR".
std::string set_name(const data::SampleList& list);

// The lists that `vals` names, for the network: one that looks at the image alone needs no
// modality files, one of two modalities has no use for task c, and a classifier for none
// (InvalidInput says so).
std::vector<data::SampleList> lists_for(const NetworkFacts& network, const std::string& vals,
                                        data::DatasetOptions options);

// Likewise of a list file, "FILE" or "NAME=FILE" (data::listed_samples()).
data::SampleList listed_set(const NetworkFacts& network, const std::string& text,
                            data::DatasetOptions options);

// Where the maps of a network are scored: those of one that takes images of one size alone at that
// size, as published; `full_size`: at the truth's own, as those of all others.
ScoredAt scored_at_of(const NetworkFacts& network, bool full_size);

// One list with a network in eval mode. With a non-empty `labels` the maps become pseudo labels in
// that folder, and `say` is told where they are. Callbacks as in `params`,
// whose resampling is the network's here.
EvaluationResult evaluate_list(Exec& exec, Network& network, const data::SampleList& list,
                               const EvaluationParams& params, const std::filesystem::path& labels,
                               const std::function<void(const std::string& sentence)>& say);

// The sets that had masks.
std::vector<ScoredSet> scored_sets(const std::vector<EvaluationResult>& results);
// Their scores; "" when none had.
std::string table_of(const std::vector<EvaluationResult>& results);
// How many samples failed, of the first set with a failure; "" when all are done.
std::string failures_of(const std::vector<EvaluationResult>& results);

}  // namespace salix
