// Which ResNet the arrays of a file are, told by their names alone.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"

namespace salix {

// "layer3.6.conv1.weight": whether a name is of a residual block, at its start or behind a prefix.
bool names_a_block(const std::string& name);

// InvalidInput when the arrays named `prefix` + torchvision's names are another ResNet's than the
// 50: basic blocks (18, 34), more blocks (101, 152), or tensors in the blocks that it has not
// (squeeze and excitation, ...). `unknown`: those of the file's names behind the prefix that a
// ResNet-50 does not have.
void check_resnet50(const io::NamedArrays& arrays, const std::string& prefix,
                    const std::vector<std::string>& unknown);

}  // namespace salix
