// The flags of the pipeline of one training, and the requests of its steps that follow from them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tools/features/features_request.h"
#include "tools/pipeline/pipeline_settings.h"
#include "tools/test/score_sets.h"
#include "tools/train/train_options.h"

namespace salix::cli {

struct OneTrainingOptions {
  // `network`: the one that learns unless told; "": it must be told. The settings must outlive
  // this. Errors    InvalidInput for an unknown network or recipe.
  OneTrainingOptions(const PipelineSettings& of, const std::string& network);

  const PipelineSettings& settings;
  bool network_told;  // before the flags are parsed
  TrainFlags flags;
  std::vector<std::string> test_lists;  // [NAME=]FILE, instead of sets

  const std::string& network() const { return flags.training.network; }
  // Into the flags of the training, once they are parsed.
  void take_settings();
  // The sets that are evaluated. Errors    as lists_for() and listed_set().
  std::vector<data::SampleList> tested() const;
  // Of these with the weights that the training ends with; in the pipeline's folder.
  TestRequest evaluation(const std::filesystem::path& weights) const;
  FeaturesRequest embeddings(const std::filesystem::path& weights) const;

  // Every option that changes the numbers, and no other.
  std::string config_json(const std::filesystem::path& weights) const;
};

// Beside those of the settings: the recipe's, without --trset, which the task takes the place of.
void add_one_training_flags(CLI::App& command, OneTrainingOptions& options);

// The network of a pipeline by `recipe`: what --network says on a command line, or the first whose
// own recipe it is; "" when there is none. An unknown name is refused when the line is parsed.
std::string network_of(const std::vector<std::string>& command_line, const std::string& recipe);

}  // namespace salix::cli
