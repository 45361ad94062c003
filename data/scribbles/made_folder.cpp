#include "data/scribbles/made_folder.h"

#include "engine/error.h"
#include "engine/io/atomic_file.h"

namespace salix::data {
namespace {

constexpr const char* kMark = ".made-by-salix";

}  // namespace

bool is_made_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / kMark, ignored);
}

void check_made_folder(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code none;
  const bool empty = fs::directory_iterator(folder, none) == fs::directory_iterator();
  SALIX_CHECK(empty || is_made_folder(folder), "'", folder.string(),
              "' has files that were not made by this command, which would be replaced; choose "
              "another output folder, or move them away");
}

void claim_made_folder(const std::filesystem::path& folder) {
  check_made_folder(folder);
  std::filesystem::create_directories(folder);
  if (!is_made_folder(folder))
    io::write_file_atomically(folder / kMark, io::bytes_of("These files were made by salix.\n"));
}

}  // namespace salix::data
