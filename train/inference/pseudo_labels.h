// Pseudo labels: what stage 1 leaves behind for stage 2 to learn from.
#pragma once

#include "train/console/console.h"
#include "train/inference/evaluation.h"

namespace salix {

// Predicts every sample of `list` with the CRF and writes 0 / 255 maps of the photographs' own
// sizes to `folder`/<name>.png. They are gathered in `folder`.partial, which takes the place of
// `folder` once all samples are done: there is never a half-labelled set. When samples failed
// nothing is replaced, and the partial folder stays to be looked at.
//
// params    size, batch, score and the callbacks; crf and maps are set here.
EvaluationResult make_pseudo_labels(Exec& exec, const SaliencyFunction& network,
                                    const data::SampleList& list,
                                    const std::filesystem::path& folder, EvaluationParams params);

// The pseudo labels of every training set of the tasks in `letters`, with a bar for each, and a
// table of their scores where sets have masks. The network is in eval mode.
// Errors    IoError when a set cannot be read, Error when images failed (they are named first).
void label_training_sets(Exec& exec, Network& network, const std::string& letters,
                         const data::DatasetOptions& sources, const EvaluationParams& params,
                         Console& console);

}  // namespace salix
