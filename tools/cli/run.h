// The whole command line as a function.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace salix::cli {

// Runs `salix ARGUMENTS...`. Results go to `out`, progress and errors to `err`.
// Returns 0, 1 (the work failed) or 2 (the request is wrong).
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);
int run(const std::vector<std::string>& arguments);  // on stdout and stderr

}  // namespace salix::cli
