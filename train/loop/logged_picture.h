// A picture for the logs of a run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/image/image.h"

namespace salix {

struct LoggedPicture {
  std::string name;   // "panels"
  data::Image image;  // of 1 or 3 channels
};

// Empty: nothing to see.
using PictureMaker = std::function<std::vector<LoggedPicture>()>;

}  // namespace salix
