#include "data/sets/dataset_layout.h"

#include <system_error>

#include "data/sets/folder_names.h"
#include "data/sets/folder_scan.h"
#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

struct TaskTable {
  SetLayout layout;
  std::vector<std::string> training_sets, test_sets;
};

const TaskTable& table_of(Task task) {
  static const TaskTable kColour = {
      {"", "images", "segmentations", "", ""},
      {"DUTS-TR"},
      {"PASCAL-S", "ECSSD", "MSB-TE", "DUTS-TE", "HKU-IS", "DUT-OMRON"}};
  static const TaskTable kDepth = {
      {"RGBD", "image", "mask", "depth", ".png"}, {"RGBD-TR"}, {"NJUD", "NLPR", "RGBD135", "SIP"}};
  static const TaskTable kVideo = {{"vsod", "JPEGImages", "Annotations", "optical", ".jpg"},
                                   {"VSOD-TR"},
                                   {"FBMS", "SegV2", "DAVIS-TE", "DAVSOD-TE"}};
  static const TaskTable kThermal = {
      {"RGBT", "RGB", "GT", "T", ".jpg"}, {"VT5000-TR"}, {"VT5000-TE", "VT1000", "VT821"}};
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

// The layout's own name first, then what people call such a folder.
fs::path folder_of(const SetFolders& set, const std::string& own, detail::FolderKind kind) {
  if (!own.empty() && is_folder(set.base / own)) return set.base / own;
  return detail::find_folder(set.base, kind, set.name, set.images);
}

// A folder of pictures is a set without folders.
bool holds_pictures_alone(const fs::path& base) {
  return detail::folders_in(base).empty() && !detail::scan_folder(base, false).images.empty();
}

IoError set_not_found(const std::string& set, const fs::path& root, const fs::path& under_root) {
  const fs::path folder = under_root.parent_path();
  return IoError(str("data set '", set, "': there is neither '", under_root.string(),
                     "' nor a folder '", set, "'; check the data root, or name other sets ('",
                     is_folder(folder) ? folder.string() : root.string(), "': ",
                     is_folder(folder) ? detail::folders_text(folder)
                     : is_folder(root) ? detail::folders_text(root)
                                       : "there is no such folder",
                     ")"));
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
  if (set.empty() || !is_folder(folders.base)) throw set_not_found(set, root, under_root);
  folders.base = detail::unwrapped(folders.base);
  const fs::path normal = (folders.base / "").lexically_normal();  // ends in a slash
  folders.name = normal.parent_path().filename().string();
  folders.images = folder_of(folders, table.layout.images, detail::FolderKind::kImages);
  if (folders.images.empty() && holds_pictures_alone(folders.base)) folders.images = folders.base;
  if (folders.images.empty()) {
    throw IoError(str("data set '", set, "': '", folders.base.string(),
                      "' needs a folder of pictures, such as images, imgs, RGB or ", folders.name,
                      "-Image; ", detail::folders_text(folders.base)));
  }
  folders.masks = folder_of(folders, table.layout.masks, detail::FolderKind::kMasks);
  if (task != Task::kColour) {
    folders.modality = folder_of(folders, table.layout.modality, detail::modality_kind(task));
  }
  return folders;
}

bool set_is_there(Task task, const std::string& set, const fs::path& root) {
  return is_folder(root / table_of(task).layout.parent / set) || (!set.empty() && is_folder(set));
}

}  // namespace salix::data
