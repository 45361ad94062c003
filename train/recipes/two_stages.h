// The trainings that `salix pipeline` runs one after the other, as A2S-v2 publishes them.
#pragma once

#include <string>

#include "data/sets/task.h"

namespace salix {

// The networks, each with its own recipe: the first learns without labels and makes pseudo labels
// of the task's training sets, the second learns from these.
struct TwoStages {
  std::string first, second;
};

TwoStages two_stages(data::Task task);

}  // namespace salix
