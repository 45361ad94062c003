// Stage 2 of A2S-v2 (CVPR 2023): a network learns from the pseudo labels that stage 1 has left.
#pragma once

#include <memory>
#include <string>

#include "data/image/resampling.h"
#include "train/recipes/pseudo_labels/label_refinement.h"
#include "train/recipes/recipe.h"
#include "train/recipes/training_options.h"

namespace salix {

class PseudoLabelsRecipe : public Recipe {
 public:
  explicit PseudoLabelsRecipe(const NetworkFacts& network);

  void describe(Options& options) override;
  RunPlan plan() const override { return common_.plan(); }
  void check(const Network& network) const override;
  std::vector<data::SampleFiles> samples(const data::DatasetOptions& sources) const override;
  // With --olr the labels are copied to <folder>/labels, where the epochs' newer ones join them.
  void prepare(const std::filesystem::path& folder, const std::vector<data::SampleFiles>& samples,
               std::uint64_t seed) override;
  std::unique_ptr<data::SampleReader> reader() const override;
  std::unique_ptr<TrainingStep> step(const StepContext& context) override;

 private:
  bool needs_modality_, grey_modality_;
  data::Resampling resampling_;
  TrainingOptions common_;
  bool refine_ = false;
  std::string rule_ = "replace";
  double residual_ = 0.4;
  std::unique_ptr<LabelRefinement> refinement_;  // with --olr, after prepare()
};

}  // namespace salix
