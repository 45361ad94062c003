// Pseudo labels: what stage 1 leaves behind for stage 2 to learn from.
#pragma once

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

}  // namespace salix
