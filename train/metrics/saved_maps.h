// Scores of saved maps on disk: folders in, one set of scores out.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/sets/file_list.h"
#include "train/metrics/score_files.h"

namespace salix {

// One image: its name in reports, and its two files.
struct MapFiles {
  std::string name;
  std::filesystem::path prediction, truth;
};

struct MatchedFolders {
  std::vector<MapFiles> files;       // by name
  std::vector<std::string> missing;  // truths without a prediction
  std::size_t unused = 0;            // predictions without a truth
};

// Pairs the images of two folders, sub-folders included, by their path without the last
// extension: truths/video/3.png goes with maps/video/3.jpg. `warn` as in data::list_images().
// Errors    IoError for a folder that is missing or without images; InvalidInput where two
//           files of one folder have one name.
MatchedFolders match_folders(const std::filesystem::path& predictions,
                             const std::filesystem::path& truths, const data::Warn& warn = {});

// Scores every pair (score_saved_map), several at a time; `scored` is called after each, never
// by two threads at once. The sums run in the order of `files`, so the result has the same
// bits for any number of threads.
// Errors    IoError that names all pairs with a missing or unreadable file.
ScoredSet score_files(const std::string& name, std::span<const MapFiles> files,
                      const ScoreOptions& options = {}, const std::function<void()>& scored = {});

}  // namespace salix
