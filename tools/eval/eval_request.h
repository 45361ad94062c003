// The flags of `salix eval`.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/dataset_flags.h"

namespace salix::cli {

struct EvalRequest {
  std::vector<std::string> predictions, truths, names;
  std::string mode, maps = "./result/";  // the original eval.py's --mode and --pre-path
  DatasetFlags data;
  std::string suffix;  // of the maps' names
  std::string csv, out;
  int threads = 0;
  bool json = false, allow_missing = false, nan_as_reference = false;
};

}  // namespace salix::cli
