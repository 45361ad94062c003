// The scores of one evaluation as plain numbers: scores.json, images.csv and samples.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "train/report/json_lines.h"

namespace salix::report {

struct SetScores {
  std::string name;
  std::int64_t images = 0;
  std::vector<double> values;                // in the order of score_columns(), NaN where absent
  std::vector<double> precision, recall, f;  // points of the curves; empty, or equally many
  std::vector<std::string> questions = {};   // about the files: sentences
};

// One image; the paths are empty where there is no such picture.
struct Sample {
  std::string name;
  std::vector<double> values;  // in the order of score_columns()
  std::filesystem::path image, modality, pseudo_label, map, mask, embedding = {};
};

struct SetSamples {
  std::string name;
  std::vector<Sample> samples;  // with scores and with pictures
};

struct Evaluation {
  std::string name;   // its folder's below scores/; "" for scores/ itself
  std::string title;  // what the page calls it
  std::vector<SetScores> sets;
  std::vector<SetSamples> samples;

  bool empty() const { return sets.empty(); }
};

// What `folder` has of an evaluation.
Evaluation read_evaluation(const std::filesystem::path& folder, Notes& notes);

// All of a run or a pipeline: folder/scores and each folder in it, by name.
std::vector<Evaluation> read_evaluations(const std::filesystem::path& folder, Notes& notes);

}  // namespace salix::report
