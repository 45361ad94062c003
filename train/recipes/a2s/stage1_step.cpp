#include "train/recipes/a2s/stage1_step.h"

#include <cmath>

#include "layers/functional/resize_bilinear.h"
#include "train/loop/not_finite.h"
#include "train/loop/step_numbers.h"
#include "train/optimizers/make_optimizer.h"
#include "train/optimizers/parameter_groups.h"

namespace salix {
namespace {

void check_finite(const Stage1Report& report, int epoch, std::int64_t step) {
  if (std::isfinite(report.total)) return;
  throw NotFinite(str("train a2s: the loss must be finite; got ", report.total, " (CSD ",
                      report.csd, ", BTM ", report.btm, ", consistency ", report.consistency,
                      ") in epoch ", epoch, ", step ", step));
}

}  // namespace

// With a rate of zero the encoder's weights stay whatever its gradients are, unless these
// count in the norm that clipping looks at.
Stage1Step::Stage1Step(A2s& network, const Stage1Params& params)
    : network_(network),
      params_(params),
      skips_encoder_(params.encoder_rests && params.skip_resting_encoder &&
                     params.gradients.clip_gradient == 0),
      optimizer_(make_optimizer(params.optimizer, parameter_groups(network, params.weight_decay))),
      gradients_(network, *optimizer_, params.gradients) {
  network_.encoder.set_requires_grad(!skips_encoder_);
}

Queued<Stage1Report> Stage1Step::queue(const Stage1Batch& batch) {
  const Stage1Rates rates = stage1_rates(params_.learning_rate, batch.step, params_.total_steps(),
                                         batch.epoch, batch.tune);
  optimizer_->groups()[0].learning_rate = rates.encoder;
  optimizer_->groups()[1].learning_rate = rates.decoder;

  const Optimizer::StepCounts before = optimizer_->step_counts();
  gradients_.begin();
  const ResizeBilinearParams aligned{.align_corners = true};
  const int size2 = batch.second_size;
  const Tensor logits1 = network_(batch.image).logits;
  const Tensor logits2 = network_(resize_bilinear(batch.image, size2, size2, aligned)).logits;
  const Tensor priors2 = resize_bilinear(batch.priors, size2, size2, aligned);
  const Stage1Loss loss = stage1_loss(logits1, batch.priors, logits2, priors2,
                                      {.epoch = batch.epoch,
                                       .epochs = params_.epochs,
                                       .weights = params_.weights,
                                       .alpha = params_.alpha,
                                       .only_rgb = params_.only_rgb});
  const Tensor norm = gradients_(loss.total, batch.step);
  const auto numbers = std::make_shared<StepNumbers>(
      std::vector{loss.total, loss.csd, loss.btm, loss.consistency, norm});
  return Queued<Stage1Report>(
      [this, numbers, before, rates, epoch = batch.epoch, step = batch.step] {
        const std::vector<double> values = numbers->values();
        const Stage1Report report{.total = values[0],
                                  .csd = params_.weights[0] * values[1],
                                  .btm = params_.weights[1] * values[2],
                                  .consistency = params_.weights[2] * values[3],
                                  .rates = rates,
                                  .gradient_norm = values[4]};
        if (!std::isfinite(report.total)) gradients_.take_back(before);
        check_finite(report, epoch, step);
        return report;
      });
}

}  // namespace salix
