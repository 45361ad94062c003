#include "data/sets/file_list.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>

#include "data/sets/folder_scan.h"
#include "engine/error.h"
#include "engine/text.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kExtensions = {".jpg",  ".jpeg", ".jpe",
                                                         ".jfif", ".png",  ".bmp"};

}  // namespace

bool has_image_extension(const fs::path& path) {
  return std::find(kExtensions.begin(), kExtensions.end(), lower_extension(path)) !=
         kExtensions.end();
}

std::string image_extensions() {
  std::string text;
  for (const std::string_view extension : kExtensions) {
    if (!text.empty()) text += extension == kExtensions.back() ? " or " : ", ";
    text += extension;
  }
  return text;
}

std::vector<fs::path> images_below(const fs::path& folder, const Warn& warn) {
  detail::FolderScan scan = detail::scan_folder(folder, /*recursive=*/true);
  scan.tell(warn);
  return std::move(scan.images);
}

std::vector<fs::path> list_images(std::span<const std::string> inputs, bool recursive,
                                  const Warn& warn) {
  SALIX_CHECK(!inputs.empty(), "list_images: name at least one image or folder");
  std::vector<fs::path> images;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& path) {
    if (seen.insert(path.lexically_normal()).second) images.push_back(path);
  };
  for (const std::string& input : inputs) {
    const fs::path path(input == "-" ? "/dev/stdin" : input);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
      throw IoError(str("list_images: '", input, "' does not exist; check the path"));
    if (!fs::is_directory(status)) {
      add(path);
      continue;
    }
    const detail::FolderScan found = detail::scan_folder(path, recursive);
    if (found.images.empty()) throw IoError("list_images: " + found.without_images());
    found.tell(warn);
    for (const fs::path& image : found.images) add(image);
  }
  return images;
}

}  // namespace salix::data
