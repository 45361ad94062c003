// The folder of one training run as plain numbers, for its report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/drawing/chart.h"
#include "train/report/json_lines.h"

namespace salix::report {

// metrics.jsonl, the lines of steps: as many values in every column, NaN where a line has none.
struct StepColumns {
  std::vector<double> step, epoch;
  std::vector<data::Series> losses;   // "total" first, then its terms; x is empty, y the values
  std::vector<data::Series> rates;    // "lr_encoder" and the like
  std::vector<double> gradient_norm;  // empty when no line has one

  bool empty() const { return step.empty(); }
};

// metrics.jsonl, the lines of scores. Values in the order of score_columns(), NaN where absent.
struct EpochScores {
  std::string set;
  std::int64_t step = 0, epoch = 0, images = 0;
  std::vector<double> values;
};

// timing.jsonl: as many values in each. `seconds` are the step's own, without those that it
// waited for the loader.
struct Timing {
  std::vector<double> step, seconds, loader_seconds, images;

  double whole_seconds(std::size_t k) const {
    return seconds[k] + (loader_seconds[k] > 0 ? loader_seconds[k] : 0);
  }

  bool empty() const { return step.empty(); }
};

struct OpTime {
  std::string op;
  std::int64_t calls = 0;
  double milliseconds = 0;
};

// profile.json: the ops of one step, the most expensive first.
struct Profile {
  std::int64_t step = 0;
  std::string device;
  std::vector<OpTime> ops;
  std::vector<std::pair<std::string, double>> memory_bytes;

  bool empty() const { return ops.empty() && memory_bytes.empty(); }
};

struct RunFacts {
  std::filesystem::path folder;
  std::optional<Json> config, manifest;
  StepColumns steps;
  std::vector<EpochScores> scores;
  Timing timing;
  Profile profile;
  Notes notes;

  // Whether the folder has anything of a run.
  bool empty() const;
};

// The scores in `object` in the order of score_columns(), NaN for what it has not.
std::vector<double> score_values(const Json& object);

// Reads what there is. Lines and members that are not as expected are left out, with a note.
RunFacts read_run(const std::filesystem::path& folder);

}  // namespace salix::report
