// The pipeline of one training, by any recipe: it, evaluation, and embeddings if the network has
// them.
#pragma once

#include "tools/pipeline/one_training_options.h"
#include "tools/pipeline/pipeline_plan.h"

namespace salix::cli {

class OneTrainingPlan final : public PipelinePlan {
 public:
  // As OneTrainingOptions.
  OneTrainingPlan(const PipelineSettings& settings, const std::string& network)
      : options_(settings, network) {}

  void add_flags(CLI::App& command) override { add_one_training_flags(command, options_); }
  std::string examples() const override;
  void check(const Output& output) override;
  std::string config_json() const override { return options_.config_json(weights_); }
  std::string network() const override { return options_.network(); }
  std::string initial_weights() const override { return options_.flags.training.initial_weights(); }
  std::vector<PlannedStep> steps(const Output& output) override;
  void write_sheet(const std::filesystem::path& file) override;

 private:
  void check_training();

  OneTrainingOptions options_;
  std::filesystem::path weights_;        // that the training ends with
  std::vector<data::SampleList> lists_;  // that are evaluated
};

}  // namespace salix::cli
