// Where data sets lie and which of them are used.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "data/sets/file_list.h"
#include "data/sets/reading.h"
#include "data/sets/task.h"

namespace salix::data {

// Per task, names of the table in docs/datasets.md ("DUTS-TE") or paths of folders.
using SetNames = std::map<Task, std::vector<std::string>>;

struct DatasetOptions {
  std::filesystem::path root = "../dataset";
  SetNames training_sets = {};    // instead of the published ones, per task
  SetNames test_sets = {};        // likewise
  bool masks_required = true;     // of evaluation lists; stage 1 never needs masks, stage 2 always
  bool modality_required = true;  // false for networks that look at the image alone
  // Pseudo labels lie in <pseudo_root>/<letter>/<set>, or where pseudo_folders says.
  std::filesystem::path pseudo_root = "pseudo";
  std::map<Task, std::filesystem::path> pseudo_folders = {};
  // Set name -> sample names left out of its evaluation lists.
  std::map<std::string, std::set<std::string>> excluded = {};
  Reading reading = {};  // of all files
  // Evaluation lists of sets that are not there are left out, if at least one is there.
  bool available_only = false;
  Warn warn = {};
};

// Adds "c=DUTS-TE,ECSSD" or "d=/data/my-rgbd" to `sets`; text of another form is refused.
void add_sets(const std::string& text, SetNames& sets);

// The names in a text file: word number `column` (from 1) of each line; what follows a '#'
// is a comment. IoError when the file cannot be read or a line has too few words.
std::set<std::string> read_name_list(const std::filesystem::path& path, int column = 1);

// Adds "SOD=FILE" or "SOD=FILE:2" (the second column) to `excluded`.
void add_exclusion(const std::string& text, std::map<std::string, std::set<std::string>>& excluded);

}  // namespace salix::data
