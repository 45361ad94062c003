// Which samples `salix scribble` draws on, and where the results go.
#pragma once

#include <filesystem>
#include <vector>

#include "data/scribbles/scribble_list.h"
#include "data/sets/dataset.h"
#include "tools/scribble/scribble_request.h"

namespace salix::cli {

struct ScribbleJob {
  data::SampleFiles files;      // the modality is empty where a stand-in is written
  data::ScribbleFiles results;  // with what is read: the image, and its depth map or stand-in
  bool stands_in() const { return files.modality.empty(); }
};

struct ScribbleSet {
  std::string name;            // "d_mine"
  std::filesystem::path root;  // paths in the list are below it
  std::filesystem::path out, list;
  std::vector<ScribbleJob> jobs;
  std::int64_t stand_ins() const;
};

// All sets, checked: every image has a mask, and a depth map unless request.stands_in(); no result
// replaces an input, or files that this command has not made; no path has a space. Makes the
// folders.
// Errors    InvalidInput and IoError, all together.
std::vector<ScribbleSet> plan_scribbles(const ScribbleRequest& request, const data::Warn& warn);

}  // namespace salix::cli
