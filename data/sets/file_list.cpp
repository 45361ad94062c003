#include "data/sets/file_list.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <system_error>

#include "engine/error.h"
#include "engine/text.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kExtensions = {".jpg", ".jpeg", ".png", ".bmp"};

bool is_wanted(const fs::directory_entry& entry) {
  std::error_code ignored;
  const std::string name = entry.path().filename().string();
  return !name.empty() && name[0] != '.' && has_image_extension(entry.path()) &&
         entry.is_regular_file(ignored);
}

template <typename Iterator>
std::vector<fs::path> images_in(const fs::path& folder) {
  std::vector<fs::path> images;
  std::error_code error;
  for (Iterator entry(folder, fs::directory_options::follow_directory_symlink, error), end;
       !error && entry != end; entry.increment(error))
    if (is_wanted(*entry)) images.push_back(entry->path());
  if (error)
    throw IoError(str("list_images: cannot read '", folder.string(), "' (", error.message(), ")"));
  std::sort(images.begin(), images.end());
  return images;
}

}  // namespace

bool has_image_extension(const fs::path& path) {
  return std::find(kExtensions.begin(), kExtensions.end(), lower_extension(path)) !=
         kExtensions.end();
}

std::vector<fs::path> images_below(const fs::path& folder) {
  return images_in<fs::recursive_directory_iterator>(folder);
}

std::vector<fs::path> list_images(std::span<const std::string> inputs, bool recursive) {
  SALIX_CHECK(!inputs.empty(), "list_images: name at least one image or folder");
  std::vector<fs::path> images;
  std::set<fs::path> seen;
  const auto add = [&](const fs::path& path) {
    if (seen.insert(path.lexically_normal()).second) images.push_back(path);
  };
  for (const std::string& input : inputs) {
    const fs::path path(input);
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
      throw IoError(str("list_images: '", input, "' does not exist; check the path"));
    if (!fs::is_directory(status)) {
      add(path);
      continue;
    }
    const std::vector<fs::path> found =
        recursive ? images_below(path) : images_in<fs::directory_iterator>(path);
    if (found.empty()) {
      throw IoError(str("list_images: folder '", input,
                        "' holds no .jpg, .jpeg, .png or .bmp image; name the folder that does"));
    }
    for (const fs::path& image : found) add(image);
  }
  return images;
}

}  // namespace salix::data
