// The images that a command line names: files and folders in, a sorted list out.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace salix::data {

// Whether the name ends in .jpg, .jpeg, .png or .bmp, in any case of letters.
bool has_image_extension(const std::filesystem::path& path);

// All images below `folder`, at any depth, by path, without hidden files; perhaps none.
// Links to folders are followed. IoError when a folder cannot be read.
std::vector<std::filesystem::path> images_below(const std::filesystem::path& folder);

// A file is taken as it is named, whatever its extension; a folder gives its images
// (not those of its sub-folders unless `recursive`), without hidden files. Order: the
// inputs' order, within a folder by path; a path named twice comes once.
//
// Errors    IoError for a path that does not exist, a folder without images or one that
//           cannot be read; InvalidInput for an empty list of inputs.
std::vector<std::filesystem::path> list_images(std::span<const std::string> inputs,
                                               bool recursive = false);

}  // namespace salix::data
