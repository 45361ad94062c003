#include "data/sets/dataset_layout.h"

#include <span>
#include <string_view>

#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kImageFolders[] = {"images", "image", "RGB", "JPEGImages"};
constexpr std::string_view kMaskFolders[] = {"segmentations", "masks", "mask", "GT", "Annotations"};
constexpr std::string_view kDepthFolders[] = {"depth"};
constexpr std::string_view kFlowFolders[] = {"optical"};
constexpr std::string_view kThermalFolders[] = {"T", "thermal"};

struct TaskTable {
  SetLayout layout;
  std::vector<std::string> training_sets, test_sets;
  std::span<const std::string_view> modality_folders;
};

const TaskTable& table_of(Task task) {
  static const TaskTable kColour = {
      {"", "images", "segmentations", "", ""},
      {"DUTS-TR"},
      {"PASCAL-S", "ECSSD", "MSB-TE", "DUTS-TE", "HKU-IS", "DUT-OMRON"},
      {}};
  static const TaskTable kDepth = {{"RGBD", "image", "mask", "depth", ".png"},
                                   {"RGBD-TR"},
                                   {"NJUD", "NLPR", "RGBD135", "SIP"},
                                   kDepthFolders};
  static const TaskTable kVideo = {{"vsod", "JPEGImages", "Annotations", "optical", ".jpg"},
                                   {"VSOD-TR"},
                                   {"FBMS", "SegV2", "DAVIS-TE", "DAVSOD-TE"},
                                   kFlowFolders};
  static const TaskTable kThermal = {{"RGBT", "RGB", "GT", "T", ".jpg"},
                                     {"VT5000-TR"},
                                     {"VT5000-TE", "VT1000", "VT821"},
                                     kThermalFolders};
  switch (task) {
    case Task::kColour:
      return kColour;
    case Task::kDepth:
      return kDepth;
    case Task::kVideo:
      return kVideo;
    case Task::kThermal:
      return kThermal;
  }
  throw InternalError("table_of: unknown task");
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

fs::path find_folder(const fs::path& base, const std::string& first,
                     std::span<const std::string_view> others) {
  if (!first.empty() && is_folder(base / first)) return base / first;
  for (const std::string_view name : others)
    if (is_folder(base / name)) return base / name;
  return {};
}

}  // namespace

const std::vector<std::string>& default_training_sets(Task task) {
  return table_of(task).training_sets;
}
const std::vector<std::string>& default_test_sets(Task task) { return table_of(task).test_sets; }
const SetLayout& layout_of(Task task) { return table_of(task).layout; }

SetFolders find_set(Task task, const std::string& set, const fs::path& root) {
  const TaskTable& table = table_of(task);
  const fs::path under_root = root / table.layout.parent / set;
  SetFolders folders;
  folders.base = is_folder(under_root) ? under_root : fs::path(set);
  if (set.empty() || !is_folder(folders.base)) {
    throw IoError(str("data set '", set, "': there is neither '", under_root.string(),
                      "' nor a folder '", set, "'; check the data root, or name other sets"));
  }
  const fs::path normal = (folders.base / "").lexically_normal();  // ends in a slash
  folders.name = normal.parent_path().filename().string();
  folders.images = find_folder(folders.base, table.layout.images, kImageFolders);
  if (folders.images.empty()) {
    throw IoError(str("data set '", set, "': '", folders.base.string(),
                      "' holds no folder images, image, RGB or JPEGImages"));
  }
  folders.masks = find_folder(folders.base, table.layout.masks, kMaskFolders);
  folders.modality = find_folder(folders.base, table.layout.modality, table.modality_folders);
  return folders;
}

}  // namespace salix::data
