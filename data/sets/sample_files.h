// Matching the files of a set by name, and one report of all that is missing.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "data/sets/folder_scan.h"

namespace salix::data::detail {

// One sentence per file or folder that a list needs and does not find.
class Missing {
 public:
  void add(std::string what) { all_.push_back(std::move(what)); }
  // What could be asked for instead; told behind the others.
  void advise(std::string sentence) { advice_ = std::move(sentence); }
  // IoError with the first ten and a count, if there is anything.
  void report(const std::string& op) const;

 private:
  std::vector<std::string> all_;
  std::string advice_;
};

// The path below `folder` without the last extension.
std::string sample_name(const std::filesystem::path& file, const std::filesystem::path& folder);

// The images below `folder` by sample name. Of several with one name the one with
// `extension` is taken, else the first by path. Nothing for an empty path. `warn` as in
// images_below().
using FileIndex = std::map<std::string, std::filesystem::path>;
FileIndex index_images(const std::filesystem::path& folder, const std::string& extension,
                       const Warn& warn);

// Of pictures and masks in one folder, 7.jpg and 7.png: the masks by name, which `scan` then no
// longer has. None where a .png has no JPEG of its name, or holds colours.
FileIndex take_masks(FolderScan& scan);

struct NamedImage {
  std::string name;
  std::filesystem::path path;
};

// All images below `folder`, by path. Names that the original programs would have cut
// shorter (at the first dot) are told to `warn`, and so is what images_below() leaves out; two
// images with one name are refused (InvalidInput), and so is a folder without images (IoError).
std::vector<NamedImage> named_images(const std::filesystem::path& folder, const Warn& warn);
std::vector<NamedImage> named_images(const FolderScan& scan, const Warn& warn);

// Of each video whose folder is called *select*, images 0, 5, 10, ...; of others all.
std::vector<NamedImage> subsample_select_videos(std::vector<NamedImage> images);

}  // namespace salix::data::detail
