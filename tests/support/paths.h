// Where tests find their files: in the checkout that they were built from, or in the folder
// to which scripts/bundle.sh carried them.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace salix::testing {

inline std::filesystem::path source_folder() {
  const char* moved = std::getenv("SALIX_SOURCE_DIR");
  return moved != nullptr ? moved : SALIX_SOURCE_DIR;
}

inline std::filesystem::path golden_folder() { return source_folder() / "tests" / "golden"; }

}  // namespace salix::testing
