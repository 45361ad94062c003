// Which lists of samples a network is asked to predict, and which of their results have scores.
#pragma once

#include <string>
#include <vector>

#include "data/sets/dataset.h"
#include "models/network.h"
#include "train/inference/evaluation.h"

namespace salix {

// "ct" -> "cr,tr": the training sets of these tasks.
std::string training_vals(const std::string& letters);
// "c_DUTS-TR" -> "DUTS-TR".
std::string set_name(const data::SampleList& list);

// The lists that `vals` names, for the network: one that looks at the image alone needs no
// modality files, one of two modalities has no use for task c (InvalidInput says so).
std::vector<data::SampleList> lists_for(const Network& network, const std::string& vals,
                                        data::DatasetOptions options);

// The sets that had masks.
std::vector<ScoredSet> scored_sets(const std::vector<EvaluationResult>& results);
// Their scores; "" when none had.
std::string table_of(const std::vector<EvaluationResult>& results);

}  // namespace salix
