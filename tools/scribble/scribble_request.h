// The flags of `salix scribble`.
#pragma once

#include <cstdint>
#include <string>

#include "data/scribbles/mask_strokes.h"
#include "tools/cli/dataset_flags.h"
#include "tools/cli/folder_list.h"

namespace salix::cli {

struct ScribbleRequest {
  FolderFiles folders;  // or:
  std::string letters;  // tasks whose training sets are read
  DatasetFlags data;
  std::string out = "salix-scribbles";
  std::string depth = "given";  // or "blurred-luminance", "constant": of images without a depth map
  data::StrokeParams strokes;
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;

  bool stands_in() const { return depth != "given"; }
};

}  // namespace salix::cli
