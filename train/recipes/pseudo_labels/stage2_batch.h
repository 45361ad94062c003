// From the loader's arrays to what one iteration of stage 2 needs.
#pragma once

#include <string>

#include "data/loading/loader.h"
#include "models/network.h"

namespace salix {

struct Stage2Batch {
  Tensor image;     // [N,S,S,3], normalised
  Tensor modality;  // [N,S,S,3] in 0..1; undefined for a network of one image
  Tensor target;    // [N,S,S,1] in 0..1: the labels; above 0.5 is foreground
};

// On the Exec's device. A network of one image gets no modality, whatever was loaded.
// Errors    InvalidInput when the batch has no masks, or not the one modality that is needed.
Stage2Batch make_stage2_batch(Exec& exec, const data::Batch& batch, bool needs_modality);

// InvalidInput unless the network can be trained on the tasks of `letters`: midnet needs exactly
// one of d, o, t, as it has one encoder for it. (The reference fails to unpack its inputs.)
void check_training_letters(const Network& network, const std::string& letters);

}  // namespace salix
