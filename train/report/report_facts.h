// Everything that one report tells: a training run, or a pipeline of several.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/report/run_facts.h"
#include "train/report/score_facts.h"

namespace salix::report {

// One step of a pipeline. A single run is a pipeline of one step that is itself.
struct StepFacts {
  std::string name, title;
  std::string state;    // "done", "failed", "running", ... ; "" when not said
  double seconds = -1;  // negative when not said
  std::optional<RunFacts> run;
};

struct ReportFacts {
  std::filesystem::path folder;
  bool pipeline = false;
  std::string task, network;  // of a pipeline; may be ""
  std::vector<StepFacts> steps;
  std::vector<Evaluation> evaluations;  // in the order of the steps they belong to
  Notes notes;                          // what was left out, of all files
};

// Errors    IoError when `folder` is none, or holds no config.json, manifest.json or pipeline.json.
ReportFacts read_report_facts(const std::filesystem::path& folder);

}  // namespace salix::report
