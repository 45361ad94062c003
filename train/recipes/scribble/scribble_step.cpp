#include "train/recipes/scribble/scribble_step.h"

#include <optional>

#include "layers/functional/binary.h"
#include "layers/functional/dropout.h"
#include "train/losses/local_coherence_loss.h"
#include "train/losses/partial_cross_entropy.h"
#include "train/losses/pixel_losses.h"
#include "train/losses/structure_consistency_loss.h"
#include "train/recipes/scribble/panels.h"

namespace salix {

ScribbleStep::ScribbleStep(Exec& exec, Network& network, ScribbleStepParams params)
    : network_(network),
      params_(std::move(params)),
      update_(network, "Adam", params_.weight_decay, params_.update),
      smoothness_(exec),
      contrast_(exec, params_.contrast) {
  network_.set_requires_grad(true);
}

std::vector<double> ScribbleStep::rates(const StepInput&, const TrainingPosition& position) {
  const double rate =
      params_.learning_rate * scribble_rate_factor(params_.schedule, position.step, position.epoch);
  return std::vector<double>(update_.names().size(), rate);
}

Tensor ScribbleStep::partial_ce(const std::vector<Tensor>& maps, const Tensor& semantic) const {
  const std::vector<double>& levels = params_.weights.levels;
  SALIX_CHECK(maps.size() == levels.size(), "recipe scribble: ", network_.name(), " gives ",
              maps.size(), " saliency maps, and there are ", levels.size(), " level weights");
  Tensor sum;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const Tensor term =
        partial_cross_entropy(maps[i], semantic,
                              {.probabilities_as_logits = !params_.true_cross_entropy}) *
        (params_.weights.partial_ce * levels[i]);
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

Loss ScribbleStep::loss(const StepInput& input, const TrainingPosition& position) {
  std::optional<WithoutDropout> without;
  if (!params_.drop_path) without.emplace(input["image"].exec());
  const Tensor &image = input["image"], &semantic = input["semantic"];
  const TwoPasses seen = two_passes(network_, image, input[params_.modality]);
  const Tensor& saliency = seen.maps.front();
  const ScribbleWeights& weights = params_.weights;

  Loss result;
  const auto add = [&result](const char* name, const Tensor& term) {
    result.total = result.total.defined() ? result.total + term : term;
    result.terms.push_back({name, term.detach()});
  };
  const RegionContrast::Losses contrast =
      contrast_.losses(seen.embedding, seen.embedding_aug, semantic, input["instance"]);
  add("sem_ann", contrast.annotation);
  add("img_sim", contrast.image);
  add("parted_ce", partial_ce(seen.maps, semantic));
  add("ssc", structure_consistency_loss(seen.map_aug, saliency) * weights.consistency);
  add("smo", smoothness_(saliency, image) * weights.smoothness);
  if (seen.contour.defined() && input.has("contour")) {
    add("contour", bce_loss(seen.contour, input["contour"]) * weights.contour);
  }
  if (weights.coherence > 0) {
    add("lsc", local_coherence_loss(saliency, image) * weights.coherence);
  }
  result.terms.push_back({"accuracy", contrast_.accuracy()});
  result.outputs = seen.outputs;
  if (params_.picture_every > 0 && position.step % params_.picture_every == 0) {
    result.pictures = panels_of(input, params_.modality, seen);
  }
  return result;
}

void ScribbleStep::after_update(const StepInput&, const Tensor& frozen) {
  contrast_.remember(frozen);
}

std::vector<StatePart*> ScribbleStep::more_state() { return {&contrast_.bank()}; }

}  // namespace salix
