// The flags that say which data sets are read, shared by train, test and eval.
#pragma once

#include <string>
#include <vector>

#include "data/sets/dataset.h"
#include "tools/cli/reading_flags.h"

namespace CLI {
class App;
}

namespace salix::cli {

struct DatasetFlags {
  std::string root = "../dataset";
  std::vector<std::string> training_sets, test_sets, pseudo_folders, excluded;
  std::string pseudo_root = "pseudo";
  ReadingFlags reading;
  bool available_only = false;

  // The options that they stand for. Errors    InvalidInput that names the flag's form.
  data::DatasetOptions options() const;
};

void add_dataset_flags(CLI::App& command, DatasetFlags& flags);

// Those that say how the files of a set are meant, for commands that read all of them.
void add_set_reading_flags(CLI::App& command, DatasetFlags& flags);

}  // namespace salix::cli
