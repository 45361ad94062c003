// A LocalViT-Swin checkpoint into the networks made of its blocks.
#pragma once

#include <string>

#include "engine/io/array.h"
#include "layers/modules/state_dict.h"

namespace salix {

// The checkpoint's name for a tensor of sfnet: both encoders and the fuse block start from it, the
// encoders from the same values. "" for the decoder and what else starts by itself.
std::string localvit_name(const std::string& sfnet_name);

// Fills all tensors of sfnet that have a localvit_name() from the arrays of a checkpoint, behind
// any prefix. What the checkpoint has besides (stage 3, norm, head) is ignored; the report's names
// are those of the file. Masks and index tables may be absent; if they are there they must be ours.
// `allow_partial`: absent tensors keep their values and are reported, else they are an error.
// Errors    InvalidInput, and nothing is changed: no LocalViT-Swin in the file (shows its names),
//           tensors missing, other shapes, NaN or infinity.
LoadSummary import_localvit(Module& sfnet, const io::NamedArrays& arrays, bool allow_partial);

// Whether a state entry holds no weight but a table that follows from the architecture (attn_mask,
// relative_position_index).
bool is_swin_constant(const std::string& name);

// InvalidInput when the arrays hold such a table, behind `prefix`, with other values than the
// module's.
void check_swin_constants(const Module& module, const io::NamedArrays& arrays,
                          const std::string& prefix);

}  // namespace salix
