#include "tools/cli/dataset_flags.h"

#include <CLI/CLI.hpp>

#include "engine/error.h"

namespace salix::cli {

data::DatasetOptions DatasetFlags::options() const {
  data::DatasetOptions options;
  options.root = root;
  options.pseudo_root = pseudo_root;
  options.reading = reading.reading();
  options.available_only = available_only;
  for (const std::string& text : training_sets) data::add_sets(text, options.training_sets);
  for (const std::string& text : test_sets) data::add_sets(text, options.test_sets);
  for (const std::string& text : excluded) data::add_exclusion(text, options.excluded);
  for (const std::string& text : pseudo_folders) {
    SALIX_CHECK(text.size() > 2 && text[1] == '=',
                "--pseudo: must be LETTER=FOLDER, as in c=labels/DUTS-TR; got '", text, "'");
    options.pseudo_folders[data::task_of(text[0])] = text.substr(2);
  }
  return options;
}

void add_dataset_flags(CLI::App& command, DatasetFlags& flags) {
  command.add_option("--data-path,--data_path", flags.root, "where the data sets lie")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_option("--train-set", flags.training_sets,
                     "LETTER=SET[,SET]: names or folders, instead of the published training sets");
  command.add_option("--test-set", flags.test_sets,
                     "LETTER=SET[,SET]: names or folders, instead of the published test sets");
  command.add_flag("--available", flags.available_only,
                   "score the sets that are there, and leave out the others");
  command.add_option("--exclude", flags.excluded,
                     "SET=FILE[:COLUMN]: samples named in a text file are left out of its "
                     "evaluation");
  command.add_option("--pseudo-root", flags.pseudo_root, "pseudo labels: <root>/<letter>/<set>")
      ->capture_default_str()
      ->type_name("DIR");
  command.add_option("--pseudo", flags.pseudo_folders,
                     "LETTER=FOLDER: pseudo labels of that task, instead");
}

void add_set_reading_flags(CLI::App& command, DatasetFlags& flags) {
  add_depth_range(command, flags.reading);
  add_mask_levels(command, flags.reading);
  add_alpha(command, flags.reading);
  add_upright(command, flags.reading);
}

}  // namespace salix::cli
