#include "train/recipes/a2s/a2s_step.h"

#include <algorithm>

#include "data/loading/draws.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "train/loop/over_ranks.h"
#include "train/optimizers/linear_decay.h"
#include "train/recipes/a2s/stage1_loss.h"

namespace salix {
namespace {

constexpr int kDefaultTune = 20;

// The image, then depth, flow and thermal: [N,S,S,3K].
Tensor priors_of(const StepInput& input) {
  std::vector<Tensor> priors{input["image"]};
  for (const char* name : {"prior_d", "prior_o", "prior_t"}) {
    if (input.has(name)) priors.push_back(input[name]);
  }
  return priors.size() == 1 ? priors.front() : concat(priors, -1);
}

bool rests_always(const A2sStepParams& params) {
  if (params.tune.empty()) return params.epochs <= kDefaultTune;
  return std::all_of(params.tune.begin(), params.tune.end(),
                     [&](int epochs) { return epochs >= params.epochs; });
}

}  // namespace

std::vector<double> a2s_rates(double base, std::int64_t step, std::int64_t total_steps, int epoch,
                              int tune) {
  const double rate = base * linear_decay(step, total_steps);
  return {epoch > tune ? rate * 0.01 : 0.0, rate};
}

// With a rate of zero the encoder's weights stay whatever its gradients are, unless these
// count in the norm that clipping looks at.
A2sStep::A2sStep(Network& network, A2sStepParams params)
    : network_(network),
      params_(std::move(params)),
      update_(network, params_.optimizer, params_.weight_decay, params_.update),
      skips_encoder_(params_.skip_resting_encoder && rests_always(params_) &&
                     params_.update.clip_gradient == 0) {
  const ParameterGroup encoder = network.parameter_groups().front();  // a loop would outlive it
  for (const StateEntry& entry : encoder.parameters) {
    entry.tensor->set_requires_grad(!skips_encoder_);
  }
}

std::vector<double> A2sStep::rates(const StepInput& input, const TrainingPosition& position) {
  int tune = kDefaultTune;
  if (!params_.tune.empty() && !input.samples.empty()) {
    // As if the ranks' batches were one: its first sample is rank 0's.
    const int own = params_.tune[static_cast<std::size_t>(input.samples.front())];
    tune = static_cast<int>(OverRanks(input["image"].exec()).of_first(own));
  }
  return a2s_rates(params_.learning_rate, position.step + 1,
                   params_.epochs * params_.steps_per_epoch, static_cast<int>(position.epoch),
                   tune);
}

Loss A2sStep::loss(const StepInput& input, const TrainingPosition& position) {
  const Tensor& image = input["image"];
  const Tensor priors = priors_of(input);
  const std::int64_t size2 =
      params_.second_size > 0 ? params_.second_size
                              : image.dim(1) + 64 * data::draw_scale(params_.seed, position.step);
  const ResizeBilinearParams aligned{.align_corners = true};
  std::vector<NamedOutput> outputs = network_.outputs(image, {});
  const Tensor logits1 = outputs.front().tensor;
  const Tensor logits2 =
      network_.outputs(resize_bilinear(image, size2, size2, aligned), {}).front().tensor;
  const Tensor priors2 = resize_bilinear(priors, size2, size2, aligned);
  const Stage1Loss loss = stage1_loss(logits1, priors, logits2, priors2,
                                      {.epoch = static_cast<int>(position.epoch),
                                       .epochs = params_.epochs,
                                       .weights = params_.weights,
                                       .alpha = params_.alpha,
                                       .only_rgb = params_.only_rgb});
  outputs.push_back({"second", logits2});
  return {.total = loss.total,
          .terms = {{"csd", loss.csd, params_.weights[0]},
                    {"btm", loss.btm, params_.weights[1]},
                    {"consistency", loss.consistency, params_.weights[2]}},
          .facts = {{"second_size", size2}},
          .outputs = std::move(outputs)};
}

}  // namespace salix
