// The command line called in this process, with what it said.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "tools/cli/run.h"

namespace salix::testing {

struct Result {
  int code;
  std::string out, err;
};

inline Result salix_run(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  const int code = cli::run(arguments, out, err);
  return {code, out.str(), err.str()};
}

}  // namespace salix::testing
