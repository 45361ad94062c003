// The pipeline of one training, by any recipe: it, evaluation, and embeddings if the network has
// them.
#pragma once

#include "data/sets/dataset.h"
#include "tools/features/features_request.h"
#include "tools/pipeline/pipeline_plan.h"
#include "tools/test/score_sets.h"
#include "tools/train/train_options.h"

namespace salix::cli {

class OneTrainingPlan final : public PipelinePlan {
 public:
  // `network`: the one that learns unless told; "": it must be told. The settings must outlive
  // this. Errors    InvalidInput for an unknown network or recipe.
  OneTrainingPlan(const PipelineSettings& settings, const std::string& network);

  // Those of the recipe, without --trset, which the task takes the place of.
  void add_flags(CLI::App& command) override;
  std::string examples() const override;
  void check(const Output& output) override;
  std::string config_json() const override;
  std::string network() const override { return flags_.training.network; }
  std::string initial_weights() const override { return flags_.training.initial_weights(); }
  std::vector<PlannedStep> steps(const Output& output) override;
  void write_sheet(const std::filesystem::path& file) override;

 private:
  void take_settings();
  void check_training();
  std::vector<data::SampleList> tested() const;
  TestRequest evaluation() const;
  FeaturesRequest embeddings() const;

  const PipelineSettings& settings_;
  bool network_told_;
  TrainFlags flags_;
  std::vector<std::string> test_lists_;  // [NAME=]FILE, instead of sets
  std::filesystem::path weights_;        // that the training ends with
  std::vector<data::SampleList> lists_;  // that are evaluated
};

// The network of a pipeline by `recipe`: what --network says on a command line, or the first whose
// own recipe it is; "" when there is none. An unknown name is refused when the line is parsed.
std::string network_of(const std::vector<std::string>& command_line, const std::string& recipe);

}  // namespace salix::cli
