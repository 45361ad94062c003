// Stage 1 of A2S-v2 (CVPR 2023): a network learns from photographs and what the modalities tell,
// without any label, and leaves pseudo labels behind.
#pragma once

#include <optional>
#include <vector>

#include "train/recipes/recipe.h"
#include "train/recipes/training_options.h"

namespace salix {

class A2sRecipe : public Recipe {
 public:
  explicit A2sRecipe(const NetworkFacts& network);

  void describe(Options& options) override;
  RunPlan plan() const override;
  void check(const Network& network) const override;
  std::vector<data::SampleFiles> samples(const data::DatasetOptions& sources) const override;
  std::unique_ptr<data::SampleReader> reader() const override;
  std::unique_ptr<TrainingStep> step(const StepContext& context) override;
  // The pseudo labels of every training set, all videos' frames included.
  void finish(const FinishContext& context) override;
  std::string warning_without_weights() const override;

 private:
  TrainingOptions common_;
  std::vector<double> weights_{1, 0.05, 1};
  double alpha_ = 200;
  bool only_rgb_ = false, full_backward_ = false, no_labels_ = false;
  std::optional<int> tune_;
  int second_size_ = 0;
};

}  // namespace salix
