#include "train/recipes/scribble/scribble_recipe.h"

#include "data/loading/saliency_reader.h"
#include "data/sets/list_file.h"
#include "train/recipes/scribble/scribble_reader.h"

namespace salix {
namespace {

// The decoder halves its grid five times; a network of one size alone has that.
constexpr int kSmallestSize = 32;

}  // namespace

ScribbleRecipe::ScribbleRecipe(const NetworkFacts& network) : common_(network) {
  common_.letters = std::string(1, 'd');
  common_.batch = 4;
}

void ScribbleRecipe::describe(Options& options) {
  common_.describe_data(options, kSmallestSize);
  options.add({.flags = "--list",
               .help = "training list, a line per sample of files below --data-path: image depth "
                       "scribbles regions contours; `salix scribble` writes one",
               .target = &list_});
  describe_length(options);
  describe_losses(options);
  describe_reading(options);
}

std::string ScribbleRecipe::example() const {
  return "--list dataset/train.txt --weight start.pth --data-path dataset";
}

void ScribbleRecipe::describe_length(Options& options) {
  options.add({.flags = "--iterations",
               .help = "iterations of the whole run",
               .target = &iterations_,
               .range = {{1, 1e9}}});
  options.add({.flags = "--weights-every",
               .help = "iterations between files of weights",
               .target = &weights_every_,
               .range = {{1, 1e9}}});
  options.add({.flags = "--published-names",
               .help = "files of weights as DHFR's program writes them: model-<k>.pth, k from 0, "
                       "the weights under embedding_model",
               .target = &published_names_,
               .changes_numbers = false});
  options.add({.flags = "--lr",
               .help = "learning rate of Adam, at the start",
               .target = &step_.learning_rate});
  options.add({.flags = "--schedule",
               .help = "epochs: times --decay-rate after every --decay-epochs; poly: (1 - "
                       "step/total)^0.9, named and ignored by the published program",
               .target = &schedule_,
               .choices = {"epochs", "poly"}});
  options.add({.flags = "--decay-rate",
               .help = "of --schedule epochs",
               .target = &step_.schedule.decay_rate,
               .range = {{0, 1}}});
  options.add({.flags = "--decay-epochs",
               .help = "of --schedule epochs; epochs count from 1, as published",
               .target = &step_.schedule.decay_epochs,
               .range = {{1, 1000000}}});
  options.add({.flags = "--warmup",
               .help = "iterations over which the rate grows from 0 (published: 1000, ignored)",
               .target = &step_.schedule.warmup,
               .range = {{0, 1e9}}});
  options.add({.flags = "--weight-decay",
               .help = "of all parameters (published: 5e-4, ignored)",
               .target = &step_.weight_decay});
  options.add({.flags = "--clamp-gradient",
               .help = "largest magnitude of each element of the gradients; 0: off",
               .target = &step_.update.clamp_gradient});
}

void ScribbleRecipe::describe_losses(Options& options) {
  options.add({.flags = "--loss-weights",
               .help = "of segment contrast, image similarity, partial cross entropy, structure "
                       "consistency, smoothness, contour, local coherence (LSC; 0.3 is usual)",
               .target = &weights_,
               .count = 7});
  options.add({.flags = "--level-weights",
               .help = "of partial cross entropy, map by map from the finest",
               .target = &step_.weights.levels});
  options.add({.flags = "--true-cross-entropy",
               .help = "on the scribbles; published: a cross entropy that takes probabilities for "
                       "logits",
               .target = &step_.true_cross_entropy});
  options.add({.flags = "--memory",
               .help = "iterations whose prototypes are remembered",
               .target = &step_.contrast.memory,
               .range = {{0, 64}}});
  options.add({.flags = "--clusters",
               .help = "k-means starts from a grid of so many by so many",
               .target = &step_.contrast.clusters,
               .range = {{1, 16}}});
  options.add({.flags = "--kmeans-rounds",
               .help = "of k-means",
               .target = &step_.contrast.iterations,
               .range = {{1, 1000}}});
  options.add({.flags = "--published-sums",
               .help =
                   "the contrast's positives as the published float32 difference of sums, which "
                   "loses small ones, not summed directly",
               .target = &step_.contrast.published_sums});
  options.add({.flags = "--no-drop-path",
               .help = "skip no block at random: for comparisons",
               .target = &no_drop_path_});
  options.add({.flags = "--pictures-every",
               .help = "iterations between panels in pictures/ and TensorBoard; 0: none",
               .target = &step_.picture_every,
               .range = {{0, 1e9}},
               .changes_numbers = false});
}

void ScribbleRecipe::describe_reading(Options& options) {
  options.add({.flags = "--no-augmentation",
               .help = "neither mirror, crop, rotate nor recolour",
               .target = &no_augmentation_});
  options.add({.flags = "--exact-regions",
               .help = "carry region numbers whole; published: through 8 bits, where more than 130 "
                       "regions of an image run together",
               .target = &exact_regions_});
  options.add({.flags = "--rotate-labels-nearest",
               .help = "rotate scribbles and regions by nearest pixels, with unknown corners; "
                       "published: bicubic, which makes labels at edges, and background corners",
               .target = &rotate_labels_nearest_});
}

RunPlan ScribbleRecipe::plan() const {
  RunPlan plan = common_.plan(/*of_epochs=*/1);
  plan.length.iterations = iterations_;
  plan.length.weights_every = weights_every_;
  if (published_names_) plan.snapshots = {.stem = "model-", .container = "embedding_model"};
  return plan;
}

void ScribbleRecipe::check(const Network& network) const {
  common_.check_network(network);
  SALIX_CHECK(network.needs_modality(), "recipe scribble: trains networks of image and depth; ",
              network.name(), " looks at the image alone");
}

std::vector<data::SampleFiles> ScribbleRecipe::samples(const data::DatasetOptions& sources) const {
  SALIX_CHECK(
      !list_.empty(),
      "recipe scribble: --list FILE must name a training list, a line per sample of files "
      "below --data-path: image depth scribbles regions contours; got none. `salix scribble` "
      "draws scribbles from masks and writes one, `salix synth --scribbles` paints a set");
  return data::listed_training_samples(list_, sources);
}

void ScribbleRecipe::prepare(const std::filesystem::path&,
                             const std::vector<data::SampleFiles>& samples, std::uint64_t) {
  contours_ = have_contours(samples);
}

std::unique_ptr<data::SampleReader> ScribbleRecipe::reader() const {
  return std::make_unique<ScribbleReader>(
      ScribbleLook{.size = common_.size,
                   .augment = !no_augmentation_,
                   .exact_regions = exact_regions_,
                   .rotate_labels_nearest = rotate_labels_nearest_,
                   .contours = contours_});
}

std::unique_ptr<TrainingStep> ScribbleRecipe::step(const StepContext& context) {
  ScribbleStepParams params = step_;
  params.schedule.poly = schedule_ == "poly";
  params.schedule.total_steps = iterations_;
  params.contrast.annotation_weight = weights_[0];
  params.contrast.image_weight = weights_[1];
  params.weights.partial_ce = weights_[2];
  params.weights.consistency = weights_[3];
  params.weights.smoothness = weights_[4];
  params.weights.contour = weights_[5];
  params.weights.coherence = weights_[6];
  params.drop_path = !no_drop_path_;
  params.modality = data::prior_name(data::task_of(common_.letters.front()));
  return std::make_unique<ScribbleStep>(context.exec, context.network, std::move(params));
}

std::string ScribbleRecipe::warning_without_weights() const {
  return "no --pretrain FILE: both encoders start from random weights, not from LocalViT's";
}

}  // namespace salix
