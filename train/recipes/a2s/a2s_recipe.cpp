#include "train/recipes/a2s/a2s_recipe.h"

#include <algorithm>

#include "data/loading/saliency_reader.h"
#include "data/sets/dataset.h"
#include "train/inference/label_sets.h"
#include "train/inference/list_results.h"
#include "train/recipes/a2s/a2s_step.h"

namespace salix {
namespace {

// How much smaller than the first size S the second can be drawn, and the smallest S: it must leave
// the encoder something to see.
constexpr int kLargestStep = 128, kSmallestSize = 160;

// The reference lets the encoder rest for 2 epochs where the batch begins with MSB-TR, else for 20.
int default_tune(const data::SampleFiles& first_of_batch) {
  return first_of_batch.set == "MSB-TR" ? 2 : 20;
}

}  // namespace

A2sRecipe::A2sRecipe(const NetworkFacts& network) : common_(network) {
  common_.letters = "cdot";
  common_.weight_decay = network.weight_decay;
}

void A2sRecipe::describe(Options& options) {
  common_.describe_data(options, kSmallestSize);
  common_.describe_optimization(options);
  common_.describe_clipping(options);
  options.add({.flags = "--tune",
               .help = "epochs for which the encoder's rate is 0 (default: 20, on MSB-TR 2)",
               .target = &tune_});
  options.add({.flags = "--lrw",
               .help = "weights of CSD, BTM and consistency",
               .target = &weights_,
               .count = 3});
  options.add({.flags = "--rgb", .help = "alpha of BTM", .target = &alpha_});
  options.add(
      {.flags = "--only-rgb,--only_rgb", .help = "BTM compares RGB only", .target = &only_rgb_});
  options.add({.flags = "--second-scale",
               .help = "size of the second pass; 0: drawn for every iteration",
               .target = &second_size_,
               .range = {{0, 4096}}});
  options.add({.flags = "--full-backward",
               .help = "compute the encoder's gradients even while its rate is 0: the same "
                       "weights, three times the work",
               .target = &full_backward_});
  options.add({.flags = "--no-labels",
               .help = "make no pseudo labels at the end",
               .target = &no_labels_,
               .changes_numbers = false});
}

RunPlan A2sRecipe::plan() const {
  RunPlan plan = common_.plan();
  plan.smallest_size =
      std::min(plan.size, second_size_ > 0 ? second_size_ : plan.size - kLargestStep);
  return plan;
}

void A2sRecipe::check(const Network& network) const {
  SALIX_CHECK(!network.needs_modality(), "recipe a2s: trains networks of one image; ",
              network.name(), " looks at two");
  SALIX_CHECK(!network.facts().fixed_size, "recipe a2s: every step needs images of two sizes; ",
              network.name(), " takes one alone");
  common_.check_network(network);
  SALIX_CHECK(second_size_ == 0 || second_size_ >= 32,
              "--second-scale: must be at least 32, or 0 for sizes that are drawn; got ",
              second_size_);
}

std::vector<data::SampleFiles> A2sRecipe::samples(const data::DatasetOptions& sources) const {
  data::DatasetOptions all = sources;
  all.modality_required = true;
  std::vector<data::SampleFiles> samples =
      data::training_samples(common_.letters, {.thin_videos = true}, all);
  if (!no_labels_) check_label_folders(samples, sources);
  return samples;
}

std::unique_ptr<data::SampleReader> A2sRecipe::reader() const {
  return std::make_unique<data::SaliencyReader>(
      data::SaliencyFields{.letters = common_.letters, .size = common_.size});
}

std::unique_ptr<TrainingStep> A2sRecipe::step(const StepContext& context) {
  A2sStepParams params{.epochs = common_.epochs,
                       .steps_per_epoch = context.steps_per_epoch,
                       .optimizer = common_.optimizer,
                       .learning_rate = common_.learning_rate,
                       .weight_decay = common_.weight_decay,
                       .update = common_.update(),
                       .weights = {weights_[0], weights_[1], weights_[2]},
                       .alpha = alpha_,
                       .only_rgb = only_rgb_,
                       .tune = {},
                       .second_size = second_size_,
                       .seed = context.seed,
                       .skip_resting_encoder = !full_backward_};
  for (const data::SampleFiles& sample : context.samples) {
    params.tune.push_back(tune_.value_or(default_tune(sample)));
  }
  return std::make_unique<A2sStep>(context.network, std::move(params));
}

void A2sRecipe::finish(const FinishContext& context) {
  if (no_labels_) return;
  label_training_sets(context.exec, context.network, common_.letters, context.sources,
                      {.size = common_.size}, context.console);
}

std::string A2sRecipe::warning_without_weights() const {
  return "no --pretrain FILE: the encoder has random weights, and as it is not trained the maps "
         "will mean little";
}

}  // namespace salix
