#include "train/recipes/supervised/supervised_step.h"

namespace salix {

SupervisedStep::SupervisedStep(Network& network, SupervisedStepParams params)
    : network_(network),
      params_(std::move(params)),
      update_(network, params_.optimizer, params_.weight_decay, params_.update) {
  network_.set_requires_grad(true);
}

std::vector<double> SupervisedStep::rates(const StepInput&, const TrainingPosition& position) {
  const double factor =
      rate_factor(params_.schedule, position.step + 1, params_.epochs * params_.steps_per_epoch,
                  params_.steps_per_epoch);
  const SupervisedRates rates = supervised_rates(params_.learning_rate, factor);
  return {rates.encoder, rates.rest};
}

Loss SupervisedStep::loss(const StepInput& input, const TrainingPosition& position) {
  const auto size = static_cast<int>(input["image"].dim(1));
  const int side = params_.multi_scale ? draw_batch_size(size, params_.seed, position.step) : size;
  const auto seen = [&](const Tensor& image) {
    return side == size ? image : multi_scale_.image(image, side);
  };
  const Tensor label = side == size ? input["mask"] : multi_scale_.label(input["mask"], side);
  const Tensor modality = params_.modality.empty() ? Tensor() : seen(input[params_.modality]);

  Loss result;
  result.facts = {{"size", std::int64_t{side}}};
  result.outputs = network_.outputs(seen(input["image"]), modality);
  LossMaps maps;
  for (const NamedOutput& output : result.outputs) {
    if (!is_map(output.kind)) continue;
    (output.kind == OutputKind::kContour ? maps.edge : maps.sal).push_back(output.tensor);
  }
  LossOfTerms losses = loss_of_terms(params_.losses, maps, label, position.epoch);
  result.total = losses.total;
  for (auto& [name, value] : losses.terms) result.terms.push_back({std::move(name), value});
  return result;
}

}  // namespace salix
