#include "data/sets/class_folders.h"

#include <charconv>
#include <sstream>

#include "data/sets/folder_names.h"
#include "engine/error.h"
#include "engine/io/file.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBlanks = " \t\r";

// DIR, or DIR/val where that holds the class folders.
fs::path folder_of_classes(const fs::path& folder) {
  const fs::path val = folder / "val";
  std::error_code ignored;
  return fs::is_directory(val, ignored) && !detail::folders_in(val).empty() ? val : folder;
}

void tell(const Warn& warn, const std::string& sentence) {
  if (warn) warn(sentence);
}

void tell_of_count(const fs::path& folder, std::size_t found, std::size_t classes,
                   const Warn& warn) {
  if (found == classes) return;
  tell(warn,
       str("'", folder.string(), "' has ", found, found == 1 ? " class folder" : " class folders",
           ", and the network knows ", classes, " classes; ",
           found < classes ? std::string("the first folder by name is taken for class 0, and so on")
                           : str("the pictures of the last ", found - classes, " are left out")));
}

std::vector<ClassPicture> of_folders(const fs::path& where, int classes, const Warn& warn) {
  const fs::path folder = folder_of_classes(where);
  const std::vector<fs::path> folders = detail::folders_in(folder);
  if (folders.empty()) {
    throw IoError(str("class folders: '", folder.string(),
                      "' must have a folder for each class, with its pictures; it has none"));
  }
  tell_of_count(folder, folders.size(), static_cast<std::size_t>(classes), warn);
  std::vector<ClassPicture> pictures;
  for (std::size_t k = 0; k < folders.size() && k < static_cast<std::size_t>(classes); ++k) {
    const std::vector<fs::path> files = images_below(folders[k], warn);
    if (files.empty()) {
      tell(warn, str("class folder '", folders[k].string(), "' (class ", k, ") holds no ",
                     image_extensions(), " image"));
    }
    for (const fs::path& file : files) pictures.push_back({file, static_cast<int>(k)});
  }
  if (pictures.empty()) {
    throw IoError(str("class folders: no folder in '", folder.string(), "' holds an image"));
  }
  return pictures;
}

ClassPicture picture_of(const std::string& line, const fs::path& folder, int classes,
                        const std::string& where) {
  const std::size_t end = line.find_last_not_of(kBlanks) + 1;
  const std::size_t number = line.find_last_of(kBlanks, end - 1) + 1;
  const std::size_t path_end = number == 0 ? 0 : line.find_last_not_of(kBlanks, number - 1) + 1;
  int label = -1;
  const auto [stop, error] = std::from_chars(line.data() + number, line.data() + end, label);
  SALIX_CHECK(path_end > 0 && error == std::errc() && stop == line.data() + end, where,
              " must be the path of a picture and the index of its class; got '",
              line.substr(0, end), "'");
  SALIX_CHECK(label >= 0 && label < classes, where, ": the index must be 0..", classes - 1,
              ", as the network knows ", classes, " classes; got ", label);
  return {folder / line.substr(0, path_end), label};
}

std::vector<ClassPicture> of_list(const fs::path& file, int classes) {
  std::istringstream text(io::read_text_file(file));
  std::vector<ClassPicture> pictures;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.find_first_not_of(kBlanks) == std::string::npos) continue;
    pictures.push_back(picture_of(line, file.parent_path(), classes,
                                  str("list '", file.string(), "': line ", number)));
  }
  SALIX_CHECK(!pictures.empty(), "list '", file.string(), "': it has no line");
  return pictures;
}

}  // namespace

std::vector<ClassPicture> class_pictures(const fs::path& where, int classes, const Warn& warn) {
  std::error_code ignored;
  return fs::is_directory(where, ignored) ? of_folders(where, classes, warn)
                                          : of_list(where, classes);
}

}  // namespace salix::data
