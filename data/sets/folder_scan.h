// What lies in a folder: the images that are read, and what a person might take for one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/sets/file_list.h"

namespace salix::data::detail {

// A list for a sentence: "'a', 'b', 'c' and 4 more", of paths as they are below `folder`.
std::string named_below(const std::vector<std::filesystem::path>& paths,
                        const std::filesystem::path& folder);

struct FolderScan {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> images;          // by path, like all that follow
  std::vector<std::filesystem::path> other_pictures;  // .webp, .tif, ...: not read
  std::vector<std::filesystem::path> dangling;        // links that lead nowhere
  std::vector<std::filesystem::path> not_followed;    // links to folders above, or read already

  // One sentence for each kind of what is left out.
  void tell(const Warn& warn) const;
  // "folder 'x' holds no .jpg, ... image; " and what it holds instead.
  std::string without_images() const;
};

// The images in `folder` and, if `recursive`, below it, without hidden files and folders. Links
// are followed but to folders above them; each folder of the disk is read once, under its own path
// where it has one there.
// Errors    IoError for a folder that cannot be read.
FolderScan scan_folder(const std::filesystem::path& folder, bool recursive);

}  // namespace salix::data::detail
