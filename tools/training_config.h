// From the flags of a training to the parameters of its run, and to config.json.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "models/saliency_network.h"
#include "tools/train_options.h"
#include "train/training_run.h"

namespace salix::cli {

// Identity and memory are left to the caller.
TrainingRunParams run_params(const TrainRequest& request);

// One iteration of the stage that the network belongs to. Errors    InvalidInput for training
// letters that the network cannot learn from.
std::unique_ptr<TrainingStep> make_training_step(Exec& exec, SaliencyNetwork& network,
                                                 const TrainRequest& request,
                                                 const std::vector<data::SampleFiles>& samples);

// Every option that changes the numbers, and no other.
std::string config_json(const TrainRequest& request, const Exec& exec);

// Of the list of training samples: which, in which order.
std::string samples_hash(const std::vector<data::SampleFiles>& samples);

}  // namespace salix::cli
