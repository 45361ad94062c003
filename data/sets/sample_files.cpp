#include "data/sets/sample_files.h"

#include <algorithm>
#include <set>

#include "data/sets/file_list.h"
#include "engine/error.h"

namespace salix::data::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedMissing = 10;
constexpr int kSelectStep = 5;

}  // namespace

void Missing::report(const std::string& op) const {
  if (all_.empty()) return;
  std::string text =
      str(op, ": ", all_.size(), all_.size() == 1 ? " thing is" : " things are", " missing:");
  for (std::size_t k = 0; k < std::min(all_.size(), kNamedMissing); ++k) text += "\n  " + all_[k];
  if (all_.size() > kNamedMissing) text += str("\n  and ", all_.size() - kNamedMissing, " more");
  throw IoError(text);
}

std::string sample_name(const fs::path& file, const fs::path& folder) {
  return file.lexically_relative(folder).replace_extension().generic_string();
}

FileIndex index_images(const fs::path& folder, const std::string& extension) {
  FileIndex index;
  if (folder.empty()) return index;
  for (const fs::path& file : images_below(folder)) {
    const auto [entry, is_new] = index.emplace(sample_name(file, folder), file);
    if (!is_new && file.extension() == extension) entry->second = file;
  }
  return index;
}

std::vector<NamedImage> named_images(const fs::path& folder,
                                     const std::function<void(const std::string&)>& warn) {
  std::vector<NamedImage> images;
  std::set<std::string> seen;
  std::string example;
  std::size_t cut_shorter = 0;
  const std::vector<fs::path> files = images_below(folder);
  if (files.empty())
    throw IoError(str("folder '", folder.string(), "' holds no .jpg, .jpeg, .png or .bmp image"));
  for (const fs::path& file : files) {
    std::string name = sample_name(file, folder);
    SALIX_CHECK(seen.insert(name).second, "data set: two images in '", folder.string(),
                "' are called '", name, "'; results would overwrite each other: rename one");
    if (name.find('.') != std::string::npos && cut_shorter++ == 0) example = name;
    images.push_back({std::move(name), file});
  }
  if (cut_shorter > 0 && warn) {
    warn(str("data set: ", cut_shorter, " names in '", folder.string(),
             "' contain a dot, such as '", example,
             "'; they are kept whole, where the original programs cut at the first dot"));
  }
  return images;
}

std::vector<NamedImage> subsample_select_videos(std::vector<NamedImage> images) {
  std::map<std::string, int> frames;  // seen so far, per video
  std::erase_if(images, [&](const NamedImage& image) {
    const fs::path video = fs::path(image.name).parent_path();
    if (video.filename().string().find("select") == std::string::npos) return false;
    return frames[video.string()]++ % kSelectStep != 0;
  });
  return images;
}

}  // namespace salix::data::detail
