// What somebody asks of a training: a network, a recipe with its options, where data and results
// lie. `salix train` fills it from flags, `salix pipeline` from its own settings.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/loading/loader.h"
#include "data/sets/dataset_options.h"
#include "train/recipes/recipe.h"

namespace salix {

struct TrainingRequest {
  // With the recipe's defaults for the network.
  // Errors    InvalidInput for an unknown network or recipe.
  TrainingRequest(const std::string& of_network, const std::string& by_recipe);

  std::string network, recipe_name;
  std::unique_ptr<Recipe> recipe;
  Options options;  // the recipe's

  data::DatasetOptions sources;
  std::string pretrain, weight;  // an encoder, or a whole network, to start from
  bool allow_partial = false;
  std::string weight_path = "./weight/", sub = "base", run_dir;
  bool resume = false;
  int checkpoint_every = 100, keep = 2;
  std::string vals;             // sets to score whenever weights are written: "ce,cr"; empty: none
  bool score_at_start = false;  // and before the first iteration
  int workers = 2;
  data::OnBadImage on_bad_image = data::OnBadImage::kFail;
  bool sync_batch_norm = false, audit_trace = false;
  std::vector<std::string> command;  // for the manifest, and to say how to go on

  const std::string& initial_weights() const { return weight.empty() ? pretrain : weight; }
  // <weight_path>/<network>/resnet/<letters>/<sub>, the original's place, unless run_dir.
  std::filesystem::path folder() const;
  // The name of the run's weight files: "a2s_base".
  std::string weights_name() const { return network + "_" + sub; }
  // The file that a run of one process ends with, which learns from so many samples.
  // Errors    InvalidInput for fewer than a batch.
  std::filesystem::path last_weights(std::size_t samples) const;
};

// config.json: every option that changes the numbers, and no other.
std::string config_json(const TrainingRequest& request, Exec& exec);

// Of the list of training samples: which, in which order.
std::string samples_hash(const std::vector<data::SampleFiles>& samples);
// All their files: images, masks, modalities, regions and contours, where they have them.
std::vector<std::filesystem::path> files_of(const std::vector<data::SampleFiles>& samples);

// Batch normalization needs more than one value per channel at the network's coarsest features.
// Errors    InvalidInput when `images` of the smallest side that the plan trains at leave one.
void check_batch(const NetworkFacts& network, const RunPlan& plan, std::int64_t images);

}  // namespace salix
