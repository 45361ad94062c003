// The pipeline of two stages: one without labels, pseudo labels, one from these, evaluation of
// both.
#pragma once

#include "tools/pipeline/pipeline_plan.h"
#include "tools/pipeline/two_stages_options.h"

namespace salix::cli {

class TwoStagesPlan final : public PipelinePlan {
 public:
  // The settings must outlive this.
  explicit TwoStagesPlan(const PipelineSettings& settings) : options_(settings) {}

  void add_flags(CLI::App& command) override { add_two_stages_flags(command, options_); }
  std::string examples() const override;
  void check(const Output& output) override;
  std::string config_json() const override { return options_.config_json(); }
  std::string network() const override { return options_.network(2); }
  std::string initial_weights() const override { return options_.settings.pretrain; }
  std::vector<PlannedStep> steps(const Output& output) override;
  void write_sheet(const std::filesystem::path& file) override;

 private:
  void evaluate(const Output& output) const;

  TwoStagesOptions options_;
};

}  // namespace salix::cli
