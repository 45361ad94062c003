#include "train/recipes/pseudo_labels/stage2_step.h"

#include <cmath>

#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "train/loop/not_finite.h"
#include "train/loop/step_numbers.h"

namespace salix {
namespace {

void check_finite(const StepReport& report, const std::string& network,
                  const TrainingPosition& position) {
  if (std::isfinite(report.total)) return;
  std::string terms;
  for (const auto& [name, value] : report.terms) {
    terms += str(terms.empty() ? "" : ", ", name, " ", value);
  }
  throw NotFinite(str("train ", network, ": the loss must be finite; got ", report.total, " (",
                      terms, ") in epoch ", position.epoch, ", step ", position.step + 1));
}

std::unique_ptr<Optimizer> checked(std::unique_ptr<Optimizer> optimizer) {
  SALIX_CHECK(optimizer != nullptr && optimizer->groups().size() == 2,
              "stage 2: the optimizer must have two groups, the encoders and the rest; got ",
              optimizer == nullptr ? 0 : optimizer->groups().size());
  return optimizer;
}

}  // namespace

Stage2Step::Stage2Step(Exec& exec, Network& network, std::unique_ptr<Optimizer> optimizer,
                       const Stage2Params& params, LabelRefinement* refinement)
    : exec_(exec),
      network_(network),
      optimizer_(checked(std::move(optimizer))),
      params_(params),
      gradients_(network, *optimizer_, {params.clip_gradient, params.ave_batch}),
      refinement_(refinement) {
  network_.set_requires_grad(true);
}

Queued<StepReport> Stage2Step::queue(const data::Batch& batch, const TrainingPosition& position) {
  Queued<StepReport> queued =
      queue(make_stage2_batch(exec_, batch, network_.needs_modality()), position);
  if (refinement_ == nullptr) return queued;
  return Queued<StepReport>(
      [this, queued, &batch, predicted = probabilities()]() mutable -> StepReport {
        StepReport report = queued.report();
        refinement_->after_step(batch, predicted);
        return report;
      });
}

Queued<StepReport> Stage2Step::queue(const Stage2Batch& batch, const TrainingPosition& position) {
  const Stage2Rates rates =
      stage2_rates(params_.learning_rate, position.step + 1, params_.total_steps());
  optimizer_->groups()[0].learning_rate = rates.encoder;
  optimizer_->groups()[1].learning_rate = rates.rest;

  const Optimizer::StepCounts before = optimizer_->step_counts();
  gradients_.begin();
  Stage2Loss loss;
  {
    const std::vector<NamedOutput> outputs = network_.outputs(batch.image, batch.modality);
    prediction_ = outputs.front().tensor.detach();
    loss = stage2_loss(outputs, batch.target);
  }
  std::vector<Tensor> told{loss.total, gradients_(loss.total, position.step + 1)};
  std::vector<std::string> names;
  for (const auto& [name, value] : loss.terms) {
    names.push_back(name);
    told.push_back(value);
  }
  const auto numbers = std::make_shared<StepNumbers>(told);
  return Queued<StepReport>([this, numbers, names, before, rates, position] {
    const std::vector<double> values = numbers->values();
    StepReport report{.total = values[0],
                      .terms = {},
                      .rates = {{"encoder", rates.encoder}, {"decoder", rates.rest}},
                      .more = {},
                      .gradient_norm = values[1]};
    for (std::size_t i = 0; i < names.size(); ++i) {
      report.terms.emplace_back(names[i], values[2 + i]);
    }
    if (!std::isfinite(report.total)) gradients_.take_back(before);
    check_finite(report, network_.name(), position);
    return report;
  });
}

Tensor Stage2Step::probabilities() const {
  SALIX_CHECK(prediction_.defined(), "stage 2: there are probabilities after the first step only");
  const NoGrad no_grad(exec_);
  return sigmoid(prediction_);
}

}  // namespace salix
