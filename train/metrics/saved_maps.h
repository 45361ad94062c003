// Scores of saved maps on disk: folders in, one set of scores out.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/sets/file_list.h"
#include "data/sets/reading.h"
#include "train/metrics/score_files.h"

namespace salix {

// One image: its name in reports, and its two files.
struct MapFiles {
  std::string name;
  std::filesystem::path prediction, truth;
};

struct MatchedFolders {
  std::vector<MapFiles> files;       // in the order of the truths
  std::vector<std::string> missing;  // truths without a prediction
  std::vector<std::string> unused;   // predictions without a truth, without extension
};

// How the predictions of a folder are called: NAME + suffix + extension, for a truth called NAME.
struct MapNames {
  std::string suffix = {};
  bool prefers_png = false;  // of several files of one name; else that is refused
};

// The images of a folder, sub-folders included, by their path without the last extension:
// truths/video/3.png is "video/3". `prediction` is empty. `warn` as in data::list_images().
std::vector<MapFiles> truths_in(const std::filesystem::path& folder, const data::Warn& warn = {});

// Pairs truths (by name) with the images of a folder, sub-folders included: "video/3" goes with
// maps/video/3.jpg.
// Errors    IoError for a folder that is missing or without images; InvalidInput where two
//           files of one folder have one name.
MatchedFolders match_maps(const std::filesystem::path& predictions, std::vector<MapFiles> truths,
                          const MapNames& names = {}, const data::Warn& warn = {});

// What most of the unused predictions' names have behind those of missing truths: "_sal_fuse"; ""
// when none begins like a truth's.
std::string likely_suffix(const MatchedFolders& matched);

// Scores every pair (score_saved_map) of files read as `reading` says, several at a time; `scored`
// is called after each, never by two threads at once. The sums run in the order of `files`, so the
// result has the same bits for any number of threads. Errors    IoError that names all pairs with a
// missing or unreadable file.
ScoredSet score_files(const std::string& name, std::span<const MapFiles> files,
                      const data::Reading& reading = {}, const ScoreOptions& options = {},
                      const std::function<void()>& scored = {});

}  // namespace salix
