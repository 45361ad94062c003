#include "tools/cli/reading_flags.h"

#include <CLI/CLI.hpp>

namespace salix::cli {

data::Reading ReadingFlags::reading() const {
  data::Reading reading{.modality_range = {},
                        .map_range = {},
                        .foreground_above = data::parse_mask_levels("--mask-levels", mask_levels),
                        .alpha = alpha,
                        .upright = upright};
  if (!depth_range.empty())
    reading.modality_range = data::parse_value_range("--depth-range", depth_range);
  if (!map_range.empty()) reading.map_range = data::parse_value_range("--map-range", map_range);
  return reading;
}

void add_depth_range(CLI::App& command, ReadingFlags& flags) {
  command
      .add_option("--depth-range", flags.depth_range,
                  "grey depth, thermal or flow files: the values that become 0 and 255, as in "
                  "500,5000 or 5000,500, or auto: each file's own (default: 16 bits are clipped at "
                  "255)")
      ->type_name("LO,HI|auto");
}

void add_map_range(CLI::App& command, ReadingFlags& flags) {
  command
      .add_option(
          "--map-range,--pred-range", flags.map_range,
          "grey maps: the values that become 0 and 255, as in 0,65535, or auto: each file's "
          "own (default: 16 bits are clipped at 255)")
      ->type_name("LO,HI|auto");
}

void add_mask_levels(CLI::App& command, ReadingFlags& flags) {
  command
      .add_option("--mask-levels", flags.mask_levels,
                  "which levels of a mask are foreground: reference, nonzero (for indices and "
                  "palettes), or all above a level")
      ->capture_default_str()
      ->type_name("WHICH");
}

void add_alpha(CLI::App& command, ReadingFlags& flags) {
  command.add_flag("--alpha", flags.alpha,
                   "masks and maps are in the alpha channel, of files where it varies");
}

void add_upright(CLI::App& command, ReadingFlags& flags) {
  command.add_flag("--upright", flags.upright,
                   "turn photographs as their EXIF orientation says, instead of reading them as "
                   "they are stored");
}

}  // namespace salix::cli
