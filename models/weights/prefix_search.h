// What stands before the names that a network knows: `module.`, `_orig_mod.`, `encoder_q.0.`,
// `state.model.backbone.` and whatever else wrappers and trainers put there, in any nesting.
#pragma once

#include <string>
#include <vector>

#include "engine/io/array.h"

namespace salix {

// Every P, "" or ending in a dot, for which an array is named P + known. Those of a network that
// follows another (momentum and key encoders, targets, students, moving averages) come last; else
// in the file's order.
std::vector<std::string> prefixes_of(const io::NamedArrays& arrays, const std::string& known);

// The same for arrays whose name begins with P + start.
std::vector<std::string> prefixes_before(const io::NamedArrays& arrays, const std::string& start);

// "'a', 'b', 'c' and 40 more", for messages.
std::string quote_some(const std::vector<std::string>& names);
// The same of a file's names.
std::string quote_some(const io::NamedArrays& arrays);

}  // namespace salix
