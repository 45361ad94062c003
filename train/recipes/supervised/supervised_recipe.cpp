#include "train/recipes/supervised/supervised_recipe.h"

#include "data/loading/saliency_reader.h"
#include "data/sets/dataset.h"
#include "train/inference/network_input.h"
#include "train/recipes/supervised/supervised_reader.h"
#include "train/recipes/supervised/supervised_step.h"

namespace salix {
namespace {

// The smallest size drawn is S - 128.
constexpr int kSmallestSize = 160;

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const Strategy& strategy : strategies()) names.emplace_back(strategy.name);
  return names;
}

}  // namespace

SupervisedRecipe::SupervisedRecipe(const NetworkFacts& network)
    : needs_modality_(network.needs_modality()),
      grey_modality_(network.grey_modality),
      resampling_(resampling_of(network)),
      common_(network),
      no_multi_scale_(network.fixed_size.has_value()) {
  common_.letters = std::string(1, network.default_task);
}

void SupervisedRecipe::describe(Options& options) {
  common_.describe_data(options, kSmallestSize);
  options.add({.flags = "--losses,--loss",
               .help = "terms name[_type][#weight] with commas: bce, iou, ssim, dice, ctloss, "
                       "fscore, mse, structure, boundary_dice, partial_ce, ...",
               .target = &losses_});
  options.add({.flags = "--labels",
               .help = "masks, or scribbles: maps of strokes in scribble/ beside the masks, "
                       "0 background, 1 foreground, 2 unknown (for --loss partial_ce)",
               .target = &labels_,
               .choices = {"masks", "scribbles"}});
  describe_strategy(options);
  options.add({.flags = "--no-crop",
               .help = "look at whole images, not at parts of at least 7/8",
               .target = &no_crop_});
  options.add({.flags = "--no-multi-scale",
               .help = "train at one size, not at five, from size - 128 to size + 128",
               .target = &no_multi_scale_});
  common_.describe_clipping(options);
  options.add({.flags = "--clamp-gradient",
               .help = "largest magnitude of each element of the gradients; 0: off",
               .target = &clamp_gradient_});
}

void SupervisedRecipe::describe_strategy(Options& options) {
  options.add({.flags = "--strategy",
               .help = "optimizer, rates, effective batch and epochs of SALOD under one name; the "
                       "next options replace parts of it",
               .target = &strategy_,
               .choices = strategy_names()});
  options.add({.flags = "--epochs,--epoch",
               .help = "passes over the training set (default: the strategy's)",
               .target = &epochs_,
               .range = {{1, 100000}}});
  options.add({.flags = "--optim",
               .help = "SGD, Adam or AdamW (default: the strategy's)",
               .target = &optimizer_});
  options.add({.flags = "--lr",
               .help = "largest learning rate of all but the encoders; 0: the strategy's",
               .target = &learning_rate_});
  options.add({.flags = "--weight-decay,--weight_decay",
               .help = "of all parameters; -1: the strategy's",
               .target = &weight_decay_});
  options.add({.flags = "--ave-batch,--ave_batch",
               .help = "iterations per optimizer step, whose gradients are averaged (default: the "
                       "strategy's effective batch over --batch)",
               .target = &ave_batch_,
               .range = {{1, 4096}}});
}

RunPlan SupervisedRecipe::plan() const {
  RunPlan plan = common_.plan(epochs());
  if (!no_multi_scale_) plan.smallest_size = smallest_batch_size(common_.size);
  return plan;
}

void SupervisedRecipe::check(const Network& network) const {
  parse_loss_terms(losses_);
  common_.check_network(network);
  SALIX_CHECK(no_multi_scale_ || !network.facts().fixed_size, "recipe supervised: ", network.name(),
              " takes images of one size alone, and cannot be trained at five; give "
              "--no-multi-scale");
}

std::vector<data::SampleFiles> SupervisedRecipe::samples(
    const data::DatasetOptions& sources) const {
  data::DatasetOptions wanted = sources;
  wanted.modality_required = needs_modality_;
  wanted.reading.grey_modality = grey_modality_;
  const auto labels =
      labels_ == "scribbles" ? data::Labels::kScribbles : data::Labels::kGroundTruth;
  return data::training_samples(common_.letters, {.labels = labels}, wanted);
}

std::string SupervisedRecipe::modality() const {
  return needs_modality_ ? data::prior_name(data::task_of(common_.letters.front())) : "";
}

std::unique_ptr<data::SampleReader> SupervisedRecipe::reader() const {
  return std::make_unique<SupervisedReader>(
      SupervisedFields{.size = common_.size,
                       .modality = modality(),
                       .labels = labels_ == "scribbles" ? LabelKind::kScribbles : LabelKind::kMask,
                       .crop = !no_crop_,
                       .resampling = resampling_});
}

std::unique_ptr<TrainingStep> SupervisedRecipe::step(const StepContext& context) {
  const Strategy& chosen = strategy();
  return std::make_unique<SupervisedStep>(
      context.network,
      SupervisedStepParams{
          .epochs = epochs(),
          .steps_per_epoch = context.steps_per_epoch,
          .optimizer = optimizer_.empty() ? std::string(chosen.optimizer) : optimizer_,
          .learning_rate = learning_rate_ > 0 ? learning_rate_ : chosen.learning_rate,
          .weight_decay = weight_decay_ >= 0 ? weight_decay_ : chosen.weight_decay,
          .schedule = chosen.schedule,
          .update = {.clip_gradient = common_.clip_gradient,
                     .ave_batch = ave_batch_.value_or(batches_per_update(chosen, common_.batch)),
                     .average = true,
                     .clamp_gradient = clamp_gradient_,
                     .carry = true},
          .losses = parse_loss_terms(losses_),
          .multi_scale = !no_multi_scale_,
          .seed = context.seed,
          .modality = modality()});
}

}  // namespace salix
