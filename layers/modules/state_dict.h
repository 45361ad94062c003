// A module's state to and from named arrays in the world's layout (NCHW, OIHW), under the
// reference's names: what weight files hold.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"
#include "layers/modules/module.h"

namespace salix {

// One tensor as files order it, and back.
io::Array to_array(const Tensor& tensor, FileLayout layout = FileLayout::kSame);
Tensor from_array(Exec& exec, const io::Array& array, FileLayout layout = FileLayout::kSame);
// The shape that files give the entry's tensor.
Shape file_shape(const StateEntry& entry);
// [N,H,W,C] <-> [N,C,H,W], for inputs and outputs.
io::Array to_nchw(const Tensor& tensor);
Tensor from_nchw(Exec& exec, const io::Array& array);

// All of a module's state, in the reference's order.
io::NamedArrays state_dict(const Module& module, const std::string& prefix = "");

struct LoadSummary {
  std::vector<std::string> loaded;
  std::vector<std::string> missing;  // in the module, not in the file: values kept as they were
  std::vector<std::string> ignored;  // in the file, not in the module
};

// Fills the module's state from arrays of the same names (after `prefix` on the module's
// side). Values are converted to the module's dtypes. A missing counter
// (num_batches_tracked, absent from very old files) becomes 0 and counts as loaded. A shape
// that does not fit is InvalidInput with name, expected and got; then nothing is changed.
LoadSummary load_state_dict(Module& module, const io::NamedArrays& arrays,
                            const std::string& prefix = "");

}  // namespace salix
