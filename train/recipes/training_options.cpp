#include "train/recipes/training_options.h"

#include "data/sets/task.h"
#include "train/inference/network_input.h"

namespace salix {

TrainingOptions::TrainingOptions(const NetworkFacts& network) : size(default_input_size(network)) {}

void TrainingOptions::describe_data(Options& options, int smallest) {
  options.add({.flags = "--trset",
               .help = "tasks to train on: c RGB, d RGB-D, o video, t RGB-T, or several",
               .target = &letters});
  options.add({.flags = "--batch",
               .help = "images per iteration; under mpirun, per rank",
               .target = &batch,
               .range = {{1, 4096}}});
  options.add({.flags = "--size",
               .help = "network input",
               .target = &size,
               .range = {{static_cast<double>(smallest), 4096}}});
  // A run that is cut short is the beginning of the whole one, so that it can go on as that.
  options.add({.flags = "--steps",
               .help = "end after so many iterations, to see that all works; rates are those of "
                       "the whole run, and --resume without it goes on",
               .target = &steps,
               .range = {{1, 100000000}},
               .changes_numbers = false});
}

void TrainingOptions::describe_optimization(Options& options) {
  options.add({.flags = "--epochs,--epoch",
               .help = "passes over the training set",
               .target = &epochs,
               .range = {{1, 100000}}});
  options.add({.flags = "--optim",
               .help = "SGD with momentum 0.9, or Adam",
               .target = &optimizer,
               .choices = {"SGD", "Adam"}});
  options.add({.flags = "--lr",
               .help = "learning rate of all but the encoders, at the start",
               .target = &learning_rate});
  options.add({.flags = "--weight-decay,--weight_decay",
               .help = "of all parameters",
               .target = &weight_decay});
  options.add({.flags = "--ave-batch,--ave_batch",
               .help = "iterations per optimizer step; gradients are summed",
               .target = &ave_batch,
               .range = {{1, 4096}}});
}

void TrainingOptions::describe_clipping(Options& options) {
  options.add({.flags = "--clip-gradient,--clip_gradient",
               .help = "largest L2 norm of all gradients together; 0: off",
               .target = &clip_gradient});
}

void TrainingOptions::check_network(const Network& network) const {
  SALIX_CHECK(network.facts().prediction == OutputKind::kMap, "train ", network.name(),
              ": recipes train networks that give saliency maps, and this is a classifier");
  check_input_size(network.facts(), size);
  const std::vector<data::Task> tasks = data::tasks_of(letters);
  SALIX_CHECK(
      !network.needs_modality() || (tasks.size() == 1 && tasks.front() != data::Task::kColour),
      "train ", network.name(),
      ": --trset must be one of d, o, t, because the network has two encoders, for the "
      "image and for one modality; got '",
      letters, "'");
}

}  // namespace salix
