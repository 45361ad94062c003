#include "data/sets/folder_names.h"

#include <algorithm>
#include <cctype>
#include <span>
#include <string_view>
#include <system_error>

#include "engine/error.h"
#include "engine/text.h"

namespace salix::data::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 12;

struct Words {
  std::span<const std::string_view> names;  // whole names, the layouts' first; lower case
  std::span<const std::string_view> parts;  // words that a longer name may have
};

const Words& words_of(FolderKind kind) {
  static constexpr std::string_view kImageNames[] = {
      "images", "image", "rgb", "jpegimages", "imgs", "img", "pictures", "photos", "rgbs"};
  static constexpr std::string_view kImageParts[] = {"image", "images", "img", "imgs", "rgb"};
  static constexpr std::string_view kMaskNames[] = {
      "segmentations", "masks",  "mask",       "gt",           "annotations",
      "annotation",    "gts",    "labels",     "label",        "segmentation",
      "groundtruth",   "truths", "truth",      "ground_truth", "ground-truth",
      "ground truth",  "mattes", "saliencies", "groundtruths"};
  static constexpr std::string_view kMaskParts[] = {
      "mask",       "masks",       "gt",           "gts",   "groundtruth", "truth",
      "annotation", "annotations", "segmentation", "label", "labels",      "segmentations"};
  static constexpr std::string_view kDepthNames[] = {"depth", "depths", "depthmaps"};
  static constexpr std::string_view kDepthParts[] = {"depth", "depths"};
  static constexpr std::string_view kFlowNames[] = {"optical", "flow", "flows", "opticalflow",
                                                    "optical_flow"};
  static constexpr std::string_view kFlowParts[] = {"flow", "flows", "optical"};
  static constexpr std::string_view kThermalNames[] = {"t", "thermal", "infrared", "ir", "tir"};
  static constexpr std::string_view kThermalParts[] = {"thermal", "infrared", "tir"};
  static constexpr Words kAll[] = {{kImageNames, kImageParts},
                                   {kMaskNames, kMaskParts},
                                   {kDepthNames, kDepthParts},
                                   {kFlowNames, kFlowParts},
                                   {kThermalNames, kThermalParts}};
  return kAll[static_cast<std::size_t>(kind)];
}

bool is_upper(char letter) { return std::isupper(static_cast<unsigned char>(letter)) != 0; }
bool is_lower(char letter) { return std::islower(static_cast<unsigned char>(letter)) != 0; }
bool is_letter(char letter) { return std::isalpha(static_cast<unsigned char>(letter)) != 0; }

std::string lower(std::string text) {
  for (char& letter : text)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

// "pixelwiseGT-new" has the words pixelwise, gt, new.
bool has_word(const std::string& name, std::span<const std::string_view> words) {
  std::string word;
  for (std::size_t k = 0; k <= name.size(); ++k) {
    const bool ends = k == name.size() || !is_letter(name[k]) ||
                      (k > 0 && is_upper(name[k]) && is_lower(name[k - 1]));
    if (ends && std::find(words.begin(), words.end(), lower(word)) != words.end()) return true;
    if (ends) word.clear();
    if (k < name.size() && is_letter(name[k])) word += name[k];
  }
  return false;
}

std::string name_of(const fs::path& folder) { return folder.filename().string(); }

std::string joined(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders) names.push_back(name_of(folder));
  return first_of(names, kNamed);
}

}  // namespace

std::vector<fs::path> folders_in(const fs::path& base) {
  std::vector<fs::path> folders;
  std::error_code error, ignored;
  for (fs::directory_iterator entry(base, error), end; !error && entry != end;
       entry.increment(error)) {
    const bool hidden = name_of(entry->path()).starts_with('.');
    if (!hidden && entry->is_directory(ignored)) folders.push_back(entry->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

fs::path unwrapped(const fs::path& folder) {
  std::error_code ignored;
  fs::directory_iterator first(folder, ignored);
  if (first == fs::directory_iterator()) return folder;
  const fs::path only = first->path();
  first.increment(ignored);
  const bool alone = first == fs::directory_iterator();
  const bool wraps =
      alone && only.filename() == folder.filename() && fs::is_directory(only, ignored);
  return wraps ? only : folder;
}

std::string folders_text(const fs::path& base) {
  const std::vector<fs::path> folders = folders_in(base);
  if (folders.empty()) return "it holds no folder";
  return str("it holds the folder", folders.size() == 1 ? " " : "s ", joined(folders));
}

FolderKind modality_kind(Task task) {
  return static_cast<FolderKind>(static_cast<int>(FolderKind::kDepth) + modality_index(task));
}

fs::path find_folder(const fs::path& base, FolderKind kind, const std::string& hint,
                     const fs::path& taken) {
  std::vector<fs::path> folders = folders_in(base);
  std::erase_if(folders, [&](const fs::path& folder) {
    return !taken.empty() && name_of(folder) == name_of(taken);
  });
  const Words& words = words_of(kind);
  for (const std::string_view name : words.names) {
    for (const fs::path& folder : folders)
      if (lower(name_of(folder)) == name) return unwrapped(folder);
  }
  std::vector<fs::path> fitting, hinted;
  for (const fs::path& folder : folders) {
    if (!has_word(name_of(folder), words.parts)) continue;
    fitting.push_back(folder);
    const bool has_hint = lower(name_of(folder)).find(lower(hint)) != std::string::npos;
    if (has_hint && !hint.empty()) hinted.push_back(folder);
  }
  if (hinted.size() == 1) return unwrapped(hinted.front());
  if (fitting.empty()) return {};
  if (fitting.size() == 1) return unwrapped(fitting.front());
  if (kind != FolderKind::kImages) return {};
  throw IoError(str("data set '", base.string(), "': the folders ", joined(fitting),
                    " fit equally well; rename or move those that are not meant"));
}

}  // namespace salix::data::detail
