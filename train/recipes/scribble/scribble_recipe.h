// DHFR ("Deep Hypersphere Feature Regularization for Weakly Supervised RGB-D Salient Object
// Detection", IEEE TIP 2023): a network of image and depth learns from scribbles.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "train/recipes/recipe.h"
#include "train/recipes/scribble/scribble_step.h"
#include "train/recipes/training_options.h"

namespace salix {

class ScribbleRecipe : public Recipe {
 public:
  explicit ScribbleRecipe(const NetworkFacts& network);

  void describe(Options& options) override;
  std::string example() const override;
  RunPlan plan() const override;
  void check(const Network& network) const override;
  // The lines of --list: image, depth, scribbles, regions, contours.
  std::vector<data::SampleFiles> samples(const data::DatasetOptions& sources) const override;
  void prepare(const std::filesystem::path& folder, const std::vector<data::SampleFiles>& samples,
               std::uint64_t seed) override;
  std::unique_ptr<data::SampleReader> reader() const override;
  std::unique_ptr<TrainingStep> step(const StepContext& context) override;
  std::string warning_without_weights() const override;

 private:
  void describe_length(Options& options);
  void describe_losses(Options& options);
  void describe_reading(Options& options);

  TrainingOptions common_;  // of it task, batch and size
  std::string list_;
  std::int64_t iterations_ = 109250, weights_every_ = 21850;
  std::string schedule_ = "epochs";
  std::vector<double> weights_{1, 0.1, 1, 1, 0.3, 1, 0};
  ScribbleStepParams step_ = {};
  bool exact_regions_ = false, rotate_labels_nearest_ = false, no_augmentation_ = false;
  bool contours_ = true;  // whether the list has them, after prepare()
  bool no_drop_path_ = false, published_names_ = false;
};

}  // namespace salix
