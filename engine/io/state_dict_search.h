// Where in a checkpoint the state dict is: the dictionary whose values are a network's tensors,
// among the optimizer's, an average of the weights, lone tensors (best_acc1) and plain values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/io/pickle.h"

namespace salix::io {

struct StateDictPlace {
  // From the file's own value down to the state dict.
  std::vector<PickleValue> path;
  std::string container;            // the names on the way: "state_dict", "net.G"; "" for none
  std::vector<std::string> others;  // dictionaries of tensors beside it that were not taken
};

// From the file's value inwards: a dict is the state dict when no dict in it holds more tensors.
// Else the search goes on in the entry under the first of the names that publishers use
// (`state_dict`, `model`, `net`, `params`, `teacher` before `student`, weights before their average
// `ema`, ...), or, when there is none, in the only one that holds tensors and is no optimizer's.
// At most four levels.
//
// Result    none when there are no tensors but lone ones in other things.
// Errors    IoError, naming them, when several dicts under unknown names hold tensors.
std::optional<StateDictPlace> find_state_dict(PickleValue root, const std::string& source);

// The names of a dict's first entries, each with what it is if that is no plain value; "none".
std::string describe_entries(PickleValue dict);

}  // namespace salix::io
