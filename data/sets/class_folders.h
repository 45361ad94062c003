// Pictures with the index of a class: folders named after classes, as ImageNet is stored, or a
// list.
#pragma once

#include <filesystem>
#include <vector>

#include "data/sets/file_list.h"

namespace salix::data {

struct ClassPicture {
  std::filesystem::path file;
  int label = 0;  // from 0
};

// `where` is a folder of class folders, or has them in its folder val; a class is the place of its
// folder among all by name (of bytes), and hidden ones are none. Pictures lie in them at any depth.
// Or it is a text file with a line `path index` for each picture, paths from the file's folder on.
//
// `classes`: how many a network tells apart. Another number of folders, a folder without pictures
// and what is left out with them are told to `warn`. Order: by class, then by path; of a list its
// own.
//
// Errors    IoError for a folder without class folders, for none with pictures, and for a file that
//           cannot be read; InvalidInput that names the line of a list that is no path and index,
//           or whose index is not one of the classes.
std::vector<ClassPicture> class_pictures(const std::filesystem::path& where, int classes,
                                         const Warn& warn = {});

}  // namespace salix::data
