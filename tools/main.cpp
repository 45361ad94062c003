#include <algorithm>
#include <string_view>

#include "engine/short_waits.h"
#include "tools/cli/run.h"

namespace {

// Help needs no threads, and should come at once.
bool only_talks(std::string_view argument) {
  return argument == "--help" || argument == "-h" || argument == "--version";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::none_of(argv + 1, argv + argc, only_talks)) salix::keep_waits_short(argv);
  return salix::cli::run({argv + 1, argv + argc});
}
