// From the loader's arrays to what one iteration of stage 1 needs.
#pragma once

#include "data/loading/loader.h"
#include "train/recipes/a2s/stage1_step.h"

namespace salix {

// image [N,S,S,3] and priors [N,S,S,3K] on the Exec's device; epoch and tune stay as they are
// by default. `step` counts from 1 over the whole run, and draws the second size.
Stage1Batch make_stage1_batch(Exec& exec, const data::Batch& batch, int size, std::uint64_t seed,
                              std::int64_t step);

// The epochs for which the encoder rests: 2 when the batch begins with a sample of MSB-TR, else
// 20, as the reference has it.
int default_tune(const data::SampleFiles& first_of_batch);

}  // namespace salix
