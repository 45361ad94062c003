// The images that a command line names: files and folders in, a sorted list out.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace salix::data {

// Gets one sentence per oddity that does not stop the work. Empty: nobody is told.
using Warn = std::function<void(const std::string& sentence)>;

// Whether the name ends in one of image_extensions(), in any case of letters.
bool has_image_extension(const std::filesystem::path& path);
// ".jpg, .jpeg, .jpe, .jfif, .png or .bmp", for sentences.
std::string image_extensions();

// All images below `folder`, at any depth, by path, without hidden files; perhaps none.
// Links are followed, and each folder is read once. Pictures of other kinds (.webp, ...) and links
// that lead nowhere or back are told to `warn`. IoError when a folder cannot be read.
std::vector<std::filesystem::path> images_below(const std::filesystem::path& folder,
                                                const Warn& warn = {});

// A file is taken as it is named, whatever its extension; a folder gives its images
// (not those of its sub-folders unless `recursive`), without hidden files; `-` is standard input,
// as /dev/stdin. Order: the inputs' order, within a folder by path; a path named twice comes once.
// `warn` as above.
//
// Errors    IoError for a path that does not exist, a folder without images or one that
//           cannot be read; InvalidInput for an empty list of inputs.
std::vector<std::filesystem::path> list_images(std::span<const std::string> inputs,
                                               bool recursive = false, const Warn& warn = {});

}  // namespace salix::data
