// From the flags of a training to the parameters of its run, and to config.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "models/network.h"
#include "tools/train/train_options.h"
#include "train/loop/training_run.h"
#include "train/recipes/pseudo_labels/label_refinement.h"

namespace salix::cli {

// What a run is made of. Identity and memory are left to the caller.
struct TrainingParts {
  std::unique_ptr<LabelRefinement> refinement;  // only with --olr
  std::unique_ptr<TrainingStep> step;
  TrainingRunParams run;
};

// One iteration of the stage that the network belongs to, and the run around it. The folder must
// exist, as labels that are to be refined are copied there.
// Errors    InvalidInput for training letters that the network cannot learn from.
TrainingParts make_training(Exec& exec, Network& network, const TrainRequest& request,
                            const std::vector<data::SampleFiles>& samples);

// Every option that changes the numbers, and no other.
std::string config_json(const TrainRequest& request, Exec& exec);

// Of the list of training samples: which, in which order.
std::string samples_hash(const std::vector<data::SampleFiles>& samples);

}  // namespace salix::cli
