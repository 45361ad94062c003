// The files of a scribble set: its folders, and the list that a training reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace salix::data {

// What the folders of a scribble set are called.
constexpr const char* kScribbleFolder = "scribble";
constexpr const char* kRegionFolder = "regions";
constexpr const char* kContourFolder = "contours";

// "d_mine_scribble.txt".
std::string scribble_list_name(char letter, const std::string& set);

// `file` as it is called below `root`; with ".." where it lies elsewhere.
// Errors    InvalidInput when it has a space, which separates the fields of a list.
std::string listed_path(const std::filesystem::path& file, const std::filesystem::path& root);

struct ScribbleFiles {
  std::filesystem::path image, depth, scribbles, regions, contours;
};

// A line of DHFR's training lists: the five files below `root`, with one space between them, as
// read_list_file() reads it. Errors as above.
std::string scribble_list_line(const ScribbleFiles& files, const std::filesystem::path& root);

// Writes the lines, as a whole or not at all. The folder must exist.
void write_scribble_list(const std::filesystem::path& file, const std::vector<std::string>& lines);

}  // namespace salix::data
