#include "train/recipes/pseudo_labels/pseudo_labels_step.h"

#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "train/optimizers/linear_decay.h"
#include "train/recipes/pseudo_labels/stage2_loss.h"

namespace salix {
namespace {

// The modality of a batch that has one.
Tensor only_modality(const StepInput& input) {
  Tensor found;
  int count = 0;
  for (const char* name : {"prior_d", "prior_o", "prior_t"}) {
    if (!input.has(name)) continue;
    found = input[name];
    ++count;
  }
  SALIX_CHECK(count == 1,
              "recipe pseudo-labels: a network of two encoders needs a batch with one modality; "
              "got ",
              count);
  return found;
}

// Probabilities off the tape, before the update.
Tensor probabilities(const Tensor& logits) {
  const Tensor prediction = logits.detach();
  const NoGrad no_grad(prediction.exec());
  return sigmoid(prediction);
}

}  // namespace

std::vector<double> pseudo_labels_rates(double base, std::int64_t step, std::int64_t total_steps) {
  const double rate = base * linear_decay(step, total_steps);
  return {rate * 0.1, rate};
}

PseudoLabelsStep::PseudoLabelsStep(Network& network, const PseudoLabelsStepParams& params,
                                   LabelRefinement* refinement)
    : network_(network),
      params_(params),
      update_(network, params.optimizer, params.weight_decay, params.update),
      refinement_(refinement) {
  network_.set_requires_grad(true);
}

std::vector<double> PseudoLabelsStep::rates(const StepInput&, const TrainingPosition& position) {
  return pseudo_labels_rates(params_.learning_rate, position.step + 1,
                             params_.epochs * params_.steps_per_epoch);
}

Loss PseudoLabelsStep::loss(const StepInput& input, const TrainingPosition& position) {
  std::vector<NamedOutput> outputs =
      network_.outputs(input["image"], network_.needs_modality() ? only_modality(input) : Tensor());
  const Stage2Loss loss = stage2_loss(outputs, input["mask"]);
  Loss result{.total = loss.total};
  for (const auto& [name, value] : loss.terms) result.terms.push_back({name, value});
  if (refinement_ != nullptr) {
    result.afterwards = [refinement = refinement_, samples = input.samples, epoch = position.epoch,
                         predicted = probabilities(outputs.front().tensor)] {
      refinement->after_step(samples, epoch, predicted);
    };
  }
  result.outputs = std::move(outputs);
  return result;
}

}  // namespace salix
