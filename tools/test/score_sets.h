// Predicting, scoring and saving whole data sets with any network: what `salix test` does, and
// the evaluation of `salix pipeline`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/cli/common_options.h"
#include "tools/cli/dataset_flags.h"
#include "tools/commands.h"
#include "train/inference/evaluation.h"

namespace salix::cli {

struct TestRequest {
  std::string network;
  CommonOptions common;
  DatasetFlags data;
  std::string weight, vals, save_path = "./result/", sub = "base", report;
  std::vector<std::string> lists;  // [NAME=]FILE, instead of vals
  int size = 320, batch = 1;
  bool save = false, crf = false, allow_partial = false;
  bool full_size = false;    // see scored_at_of()
  bool keep_labels = false;  // a training set that has its folder of pseudo labels is passed over
};

// Where the maps of a list are saved; "" when they are not.
std::filesystem::path map_folder(const TestRequest& request, const data::SampleList& list);

// Maps of a list lie in <save_path>/<network>/resnet/<sub>/<list>/final or crf; with `save` and
// `crf` those of training sets are pseudo labels. Scores go to the folder `report`, with the files
// that they are of. All lists are made first, so that what is missing shows before anything is
// computed. SIGINT and SIGTERM end it after the sample at hand: the last result says so, and the
// report is not written. Errors    those of evaluation_lists() and load_network(), together.
std::vector<EvaluationResult> score_sets(const TestRequest& request, const Output& output);

}  // namespace salix::cli
