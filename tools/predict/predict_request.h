// The flags of `salix predict`.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/common_options.h"
#include "tools/cli/reading_flags.h"

namespace salix::cli {

struct PredictRequest {
  CommonOptions common;
  std::string network, weight, out = "salix-maps", contact_sheet;
  std::vector<std::string> inputs, modality;
  ReadingFlags reading;
  bool allow_partial = false, overlay = false, cutout = false, logits = false;
  int size = 320, batch = 1, sheet_images = 24;
};

}  // namespace salix::cli
