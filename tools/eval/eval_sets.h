// Which maps `salix eval` compares with which truths.
#pragma once

#include <string>
#include <vector>

#include "tools/commands.h"
#include "tools/eval/eval_request.h"
#include "train/metrics/saved_maps.h"

namespace salix::cli {

struct FilesOfSet {
  std::string name;
  std::vector<MapFiles> files;  // at least one
};

// The sets that the request names. Truths that have no map are told together.
// Errors    IoError for what is missing; InvalidInput for flags that contradict each other.
std::vector<FilesOfSet> match_sets(const EvalRequest& request, const Output& output);

}  // namespace salix::cli
