// The flags that say how files are meant, where their values alone do not: one spelling for all
// commands that read such files.
#pragma once

#include <string>

#include "data/sets/reading.h"

namespace CLI {
class App;
}

namespace salix::cli {

struct ReadingFlags {
  std::string depth_range, map_range, mask_levels = "reference";
  bool alpha = false, upright = false;

  // What they stand for. Errors    InvalidInput that names the flag.
  data::Reading reading() const;
};

void add_depth_range(CLI::App& command, ReadingFlags& flags);
void add_map_range(CLI::App& command, ReadingFlags& flags);
void add_mask_levels(CLI::App& command, ReadingFlags& flags);
void add_alpha(CLI::App& command, ReadingFlags& flags);
void add_upright(CLI::App& command, ReadingFlags& flags);

}  // namespace salix::cli
