// Which folders make up a data set: the published layouts, and others that look like them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/sets/task.h"

namespace salix::data {

// The sets that the published programs train and test on, in their order.
const std::vector<std::string>& default_training_sets(Task task);
const std::vector<std::string>& default_test_sets(Task task);

// What the layouts call a set's folders, and how they name the files in them.
struct SetLayout {
  std::string parent;    // between the data root and the set: "", RGBD, vsod, RGBT
  std::string images;    // any image extension
  std::string masks;     // .png
  std::string modality;  // "" for colour
  std::string modality_extension;
};
const SetLayout& layout_of(Task task);
constexpr const char* kMaskExtension = ".png";

struct SetFolders {
  std::string name;  // the set's name: the last part of its path
  std::filesystem::path base;
  std::filesystem::path images;
  std::filesystem::path masks;     // empty: there is no such folder
  std::filesystem::path modality;  // likewise
};

// The set called `set` under `root`, in its task's layout; else the folder at that path.
// Within it the layout's own folder names come first, then what people call such folders
// (folder_names.h). A folder that holds pictures and no folder is both set and image folder.
//
// Errors    IoError that names the places where it was looked for, and the folders there.
SetFolders find_set(Task task, const std::string& set, const std::filesystem::path& root);

// Whether find_set() would find a folder for it.
bool set_is_there(Task task, const std::string& set, const std::filesystem::path& root);

}  // namespace salix::data
