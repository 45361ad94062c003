// The flags of `salix features`.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"
#include "tools/cli/folder_list.h"

namespace salix::cli {

struct FeaturesRequest {
  std::string network;
  CommonOptions common;
  DatasetFlags data;
  FolderFiles folders;             // or:
  std::vector<std::string> lists;  // [NAME=]FILE, or:
  std::string vals;                // sets
  std::string weight, out = "salix-features";
  int size = 224, batch = 1, sheet_images = 24;
  bool maps = false, segments = false, allow_partial = false;
};

}  // namespace salix::cli
