// Weights that are no numbers.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"

namespace salix {

// InvalidInput when one of the arrays with these names holds NaN or infinity: names the first, with
// the counts, and says how many more. Names that the file does not have are skipped.
void check_finite(const io::NamedArrays& arrays, const std::vector<std::string>& names);

}  // namespace salix
