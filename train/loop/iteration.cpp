#include "train/loop/iteration.h"

#include <cmath>

#include "engine/autograd/tape.h"
#include "train/loop/not_finite.h"
#include "train/loop/step_numbers.h"

namespace salix {
namespace {

// The host's part of a loss: everything but the numbers that the device still computes.
struct Told {
  std::vector<std::pair<std::string, std::optional<double>>> terms;  // name, weight
  std::vector<std::pair<std::string, double>> rates;
  Metrics facts;
  std::function<void()> afterwards;
  PictureMaker pictures;
};

StepSummary summary_of(const Told& told, const std::vector<double>& numbers) {
  StepSummary summary{.total = numbers[0],
                      .terms = {},
                      .rates = told.rates,
                      .more = told.facts,
                      .gradient_norm = numbers[1],
                      .pictures = told.pictures};
  for (std::size_t i = 0; i < told.terms.size(); ++i) {
    const auto& [name, weight] = told.terms[i];
    summary.terms.emplace_back(name, weight ? *weight * numbers[2 + i] : numbers[2 + i]);
  }
  return summary;
}

void check_finite(const StepSummary& summary, const TrainingPosition& position) {
  if (std::isfinite(summary.total)) return;
  std::string terms;
  for (const auto& [name, value] : summary.terms) {
    terms += str(terms.empty() ? "" : ", ", name, " ", value);
  }
  throw NotFinite(str("train: the loss must be finite; got ", summary.total, " (", terms,
                      ") in epoch ", position.epoch, ", step ", position.step + 1));
}

}  // namespace

Iteration::Iteration(Exec& exec, TrainingStep& step)
    : exec_(exec), step_(step), guard_(step.network()) {}

QueuedStep Iteration::queue(const data::Batch& batch, const TrainingPosition& position) {
  return queue(to_device(exec_, batch), position);
}

QueuedStep Iteration::queue(const StepInput& input, const TrainingPosition& position) {
  UpdateRule& rule = step_.update();
  const std::vector<double> rates = step_.rates(input, position);
  rule.set_rates(rates);
  Told told;
  for (std::size_t g = 0; g < rates.size(); ++g) told.rates.emplace_back(rule.names()[g], rates[g]);

  const Optimizer::StepCounts before = rule.optimizer().step_counts();
  guard_.begin();
  std::vector<Tensor> numbers;
  {
    Loss loss = step_.loss(input, position);
    loss.outputs.clear();  // their memory is the backward pass's
    numbers = {loss.total, descend(loss.total, position.step + 1)};
    for (LossTerm& term : loss.terms) {
      told.terms.emplace_back(std::move(term.name), term.weight);
      numbers.push_back(std::move(term.value));
    }
    told.facts = std::move(loss.facts);
    told.afterwards = std::move(loss.afterwards);
    told.pictures = std::move(loss.pictures);
  }
  step_.after_update(input, guard_.frozen());
  const auto fetched = std::make_shared<StepNumbers>(numbers);
  return QueuedStep([this, fetched, before, told = std::move(told), position] {
    StepSummary summary = summary_of(told, fetched->values());
    if (!std::isfinite(summary.total)) take_back(before);
    check_finite(summary, position);
    if (told.afterwards) told.afterwards();
    return summary;
  });
}

Tensor Iteration::descend(const Tensor& total, std::int64_t number) {
  UpdateRule& rule = step_.update();
  Module& network = step_.network();
  GradientAverager* const averager = rule.at_rest(number) ? averager_over_ranks() : nullptr;
  guard_.check(total);
  if (averager != nullptr) averager->begin();
  if (rule.params().average && rule.params().ave_batch > 1) {
    backward({total},
             {Tensor::full(exec_, total.shape(), 1.0 / rule.params().ave_batch, total.dtype())});
  } else {
    backward(total);
  }
  if (averager != nullptr) averager->finish();
  if (trace_ != nullptr) trace_->gradients(network);
  Tensor norm;
  if (rule.at_rest(number)) {
    norm = rule.apply(network.parameters(), guard_.frozen());
    network.clear_grad();
  }
  guard_.end();
  return norm;
}

// Not in the constructor: only with the first loss is it known which parameters are trained.
GradientAverager* Iteration::averager_over_ranks() {
  Communicator* const communicator = exec_.extension<Ranks>().communicator;
  if (communicator != nullptr && !averager_) {
    averager_ = std::make_unique<GradientAverager>(*communicator, step_.network().parameters());
  }
  return averager_.get();
}

void Iteration::take_back(const Optimizer::StepCounts& before) {
  step_.update().optimizer().set_step_counts(before);
  step_.network().clear_grad();
  guard_.thaw();
}

}  // namespace salix
