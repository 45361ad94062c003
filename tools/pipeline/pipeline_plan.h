// What the pipelines differ in: their flags, their steps, their contact sheet.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tools/commands.h"
#include "tools/pipeline/pipeline_settings.h"
#include "tools/pipeline/pipeline_state.h"

namespace salix::cli {

struct PlannedStep {
  PipelineState::Step facts;
  std::function<void()> work;  // may be asked to go on where it was killed
};

// In the order of these functions, after the command line is parsed.
class PipelinePlan {
 public:
  virtual ~PipelinePlan() = default;

  // Those beside the settings, before parsing.
  virtual void add_flags(CLI::App& command) = 0;
  virtual std::string examples() const = 0;

  // What a later step will miss, and what it will ask, shows now, and not after days.
  // Errors    InvalidInput and IoError, before anything is written.
  virtual void check(const Output& output) = 0;
  // Every option that changes the numbers, and no other: a resumed pipeline must keep it.
  virtual std::string config_json() const = 0;
  // The network whose results count in the end.
  virtual std::string network() const = 0;
  // A file; "" for random ones.
  virtual std::string initial_weights() const = 0;
  // This and `output` must outlive them.
  virtual std::vector<PlannedStep> steps(const Output& output) = 0;
  // When all steps are done.
  virtual void write_sheet(const std::filesystem::path& file) = 0;
};

}  // namespace salix::cli
