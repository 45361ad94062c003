#include "data/sets/sample_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "engine/error.h"
#include "engine/text.h"

namespace salix::data::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedMissing = 10;
constexpr int kSelectStep = 5;

// Whether a PNG holds grey values or a palette, as masks do, by its header.
bool is_grey_png(const fs::path& file) {
  constexpr std::size_t kColourType = 25;  // signature, length, "IHDR", width, height, bit depth
  constexpr char kHasColours = 2;          // of the type's bits: 1 palette, 2 colours, 4 alpha
  std::array<char, kColourType + 1> header{};
  std::ifstream(file, std::ios::binary).read(header.data(), header.size());
  const char type = header[kColourType];
  return header[1] == 'P' && ((type & kHasColours) == 0 || (type & 1) != 0);
}

}  // namespace

void Missing::report(const std::string& op) const {
  if (all_.empty()) return;
  std::string text =
      str(op, ": ", all_.size(), all_.size() == 1 ? " thing is" : " things are", " missing:");
  for (std::size_t k = 0; k < std::min(all_.size(), kNamedMissing); ++k) text += "\n  " + all_[k];
  if (all_.size() > kNamedMissing) text += str("\n  and ", all_.size() - kNamedMissing, " more");
  if (!advice_.empty()) text += "\n" + advice_;
  throw IoError(text);
}

std::string sample_name(const fs::path& file, const fs::path& folder) {
  return file.lexically_relative(folder).replace_extension().generic_string();
}

FileIndex index_images(const fs::path& folder, const std::string& extension, const Warn& warn) {
  FileIndex index;
  if (folder.empty()) return index;
  for (const fs::path& file : images_below(folder, warn)) {
    const auto [entry, is_new] = index.emplace(sample_name(file, folder), file);
    if (!is_new && file.extension() == extension) entry->second = file;
  }
  return index;
}

FileIndex take_masks(FolderScan& scan) {
  std::set<std::string> pictures;
  FileIndex masks;
  for (const fs::path& file : scan.images) {
    const std::string name = sample_name(file, scan.folder);
    if (lower_extension(file) == ".png") {
      if (!is_grey_png(file)) return {};
      masks.emplace(name, file);
    } else if (lower_extension(file).starts_with(".j")) {
      pictures.insert(name);
    }
  }
  for (const auto& [name, mask] : masks)
    if (!pictures.contains(name)) return {};
  std::erase_if(scan.images, [](const fs::path& file) { return lower_extension(file) == ".png"; });
  return masks;
}

std::vector<NamedImage> named_images(const fs::path& folder, const Warn& warn) {
  return named_images(scan_folder(folder, /*recursive=*/true), warn);
}

std::vector<NamedImage> named_images(const FolderScan& scan, const Warn& warn) {
  const fs::path& folder = scan.folder;
  std::vector<NamedImage> images;
  std::set<std::string> seen;
  std::string example;
  std::size_t cut_shorter = 0;
  if (scan.images.empty()) throw IoError(scan.without_images());
  scan.tell(warn);
  for (const fs::path& file : scan.images) {
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
