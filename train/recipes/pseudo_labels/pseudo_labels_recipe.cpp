#include "train/recipes/pseudo_labels/pseudo_labels_recipe.h"

#include "data/loading/saliency_reader.h"
#include "data/sets/dataset.h"
#include "train/inference/network_input.h"
#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

namespace salix {

PseudoLabelsRecipe::PseudoLabelsRecipe(const NetworkFacts& network)
    : needs_modality_(network.needs_modality()),
      grey_modality_(network.grey_modality),
      resampling_(resampling_of(network)),
      common_(network) {
  common_.letters = std::string(1, network.default_task);
  common_.learning_rate = 0.005;
  common_.weight_decay = network.weight_decay;
  common_.epochs = 10;
}

void PseudoLabelsRecipe::describe(Options& options) {
  common_.describe_data(options, /*smallest=*/32);
  common_.describe_optimization(options);
  common_.describe_clipping(options);
  options.add({.flags = "--olr",
               .help = "from epoch 2 on, learn from labels that the predictions refine; the "
                       "originals stay as they are",
               .target = &refine_});
  options.add({.flags = "--olr-rule",
               .help = "replace: the prediction is the new label, as in A2S-v2; blend: mixed with "
                       "the old one, as in A2S",
               .target = &rule_,
               .choices = {"replace", "blend"}});
  options.add({.flags = "--residual,--resdual",
               .help = "part of the old label in the mixture",
               .target = &residual_,
               .range = {{0.0, 1.0}}});
}

void PseudoLabelsRecipe::check(const Network& network) const { common_.check_network(network); }

std::vector<data::SampleFiles> PseudoLabelsRecipe::samples(
    const data::DatasetOptions& sources) const {
  data::DatasetOptions wanted = sources;
  wanted.modality_required = needs_modality_;
  wanted.reading.grey_modality = grey_modality_;
  return data::training_samples(common_.letters, {.labels = data::Labels::kPseudo}, wanted);
}

void PseudoLabelsRecipe::prepare(const std::filesystem::path& folder,
                                 const std::vector<data::SampleFiles>& samples,
                                 std::uint64_t seed) {
  if (!refine_) return;
  refinement_ = std::make_unique<LabelRefinement>(
      folder / "labels", samples,
      RefinementParams{.rule = rule_ == "blend" ? RefinementRule::kBlend : RefinementRule::kReplace,
                       .residual = residual_,
                       .seed = seed});
}

// A network of one image learns from the images of every task, and has no use for modalities.
std::unique_ptr<data::SampleReader> PseudoLabelsRecipe::reader() const {
  data::SaliencyFields fields{.letters = needs_modality_ ? common_.letters : "c",
                              .size = common_.size,
                              .resampling = resampling_,
                              .with_masks = true};
  if (refinement_) {
    fields.mask_file = [labels = refinement_.get()](std::int64_t sample, std::int64_t epoch) {
      return labels->label(sample, epoch);
    };
  }
  return std::make_unique<data::SaliencyReader>(std::move(fields));
}

std::unique_ptr<TrainingStep> PseudoLabelsRecipe::step(const StepContext& context) {
  return std::make_unique<PseudoLabelsStep>(
      context.network,
      PseudoLabelsStepParams{.epochs = common_.epochs,
                             .steps_per_epoch = context.steps_per_epoch,
                             .optimizer = common_.optimizer,
                             .learning_rate = common_.learning_rate,
                             .weight_decay = common_.weight_decay,
                             .update = common_.update()},
      refinement_.get());
}

}  // namespace salix
