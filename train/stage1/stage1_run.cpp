#include "train/stage1/stage1_run.h"

#include <algorithm>
#include <cmath>

#include "engine/io/weights.h"
#include "layers/modules/state_dict.h"
#include "train/not_finite.h"
#include "train/stage1/stage1_batch.h"

namespace salix {
namespace {

int tune_of(const Stage1RunParams& params, const data::SampleFiles& first) {
  return params.tune.value_or(default_tune(first));
}

Stage1Params complete(const Stage1RunParams& params, const std::vector<data::SampleFiles>& samples,
                      std::int64_t steps_per_epoch) {
  Stage1Params step = params.step;
  step.steps_per_epoch = steps_per_epoch;
  step.encoder_rests = std::all_of(samples.begin(), samples.end(), [&](const auto& sample) {
    return tune_of(params, sample) >= step.epochs;
  });
  return step;
}

// A checkpoint of broken values would take the place of a good one. Running statistics count:
// nothing in training reads them, so that the loss does not show when they break.
void check_finite(const A2s& network, const TrainingPosition& position) {
  for (const StateEntry& entry : network.state()) {
    if (!is_floating(entry.tensor->dtype())) continue;
    for (const float value : entry.tensor->to_vector<float>()) {
      if (std::isfinite(value)) continue;
      throw NotFinite(str("train a2s: weights and running statistics must be finite; ", entry.name,
                          " holds ", value, " in epoch ", position.epoch, ", after step ",
                          position.step));
    }
  }
}

Metrics metrics_of(const Stage1Report& report, const Stage1Batch& batch) {
  Metrics metrics{{"epoch", std::int64_t{batch.epoch}},
                  {"total", report.total},
                  {"csd", report.csd},
                  {"btm", report.btm},
                  {"consistency", report.consistency},
                  {"second_size", std::int64_t{batch.second_size}},
                  {"lr_encoder", report.rates.encoder},
                  {"lr_decoder", report.rates.decoder}};
  if (report.gradient_norm > 0) metrics.emplace_back("gradient_norm", report.gradient_norm);
  return metrics;
}

}  // namespace

Stage1Run::Stage1Run(Exec& exec, A2s& network, std::vector<data::SampleFiles> samples,
                     const Stage1RunParams& params, Stage1Watcher watcher)
    : exec_(exec),
      network_(network),
      samples_(std::move(samples)),
      params_(params),
      watcher_(std::move(watcher)),
      loader_(samples_, params.loader),
      step_(network, complete(params_, samples_, loader_.batches_per_epoch())),
      checkpoints_(params.folder / "checkpoints", params.keep_checkpoints) {
  network_.train();
}

bool Stage1Run::resume() {
  const auto found =
      checkpoints_.resume(network_, step_.optimizer(), params_.identity, watcher_.say);
  if (found) position_ = *found;
  return found.has_value();
}

bool Stage1Run::train() {
  metrics_ = std::make_unique<MetricsLog>(params_.folder / "metrics.jsonl", position_.step);
  tensorboard_ = std::make_unique<TensorBoardLog>(params_.folder, position_.step);
  if (params_.audit_trace) {
    trace_ = std::make_unique<AuditTrace>(exec_, params_.folder / "audit.jsonl", position_.step);
    step_.set_trace(trace_.get());
  }
  // A kill before the first checkpoint then resumes too, with these very weights.
  if (position_.step == 0) save();
  while (position_.epoch <= step_.params().epochs) {
    if (!train_epoch()) return false;
  }
  return true;
}

bool Stage1Run::train_epoch() {
  loader_.start_epoch(position_.epoch, position_.iteration);
  if (position_.iteration == 0) step_.start_epoch();
  bool stop = false;
  std::int64_t unsaved = 0;
  while (const std::optional<data::Batch> batch = loader_.next()) {
    iterate(*batch);
    ++unsaved;
    stop = stop || (watcher_.stop_requested && watcher_.stop_requested());
    const bool last = position_.iteration == loader_.batches_per_epoch();
    if (last || !step_.at_rest(position_.step)) continue;
    if (stop || unsaved >= params_.checkpoint_every) {
      save();
      unsaved = 0;
    }
    if (stop) return false;
  }
  finish_epoch();
  return !stop;
}

void Stage1Run::iterate(const data::Batch& batch) {
  Stage1Batch input =
      make_stage1_batch(exec_, batch, params_.loader.size, params_.loader.seed, position_.step + 1);
  input.tune = tune_of(params_, samples_[static_cast<std::size_t>(batch.samples.front())]);
  if (trace_) trace_->begin_step(input.step);
  const Stage1Report report = step_(input);
  if (trace_) trace_->end_step(network_);
  ++position_.step;
  ++position_.iteration;
  metrics_->write(position_.step, metrics_of(report, input));
  tensorboard_->write(position_.step, {{"loss/total", report.total},
                                       {"loss/csd", report.csd},
                                       {"loss/btm", report.btm},
                                       {"loss/consistency", report.consistency},
                                       {"learning_rate/encoder", report.rates.encoder},
                                       {"learning_rate/decoder", report.rates.decoder}});
  if (watcher_.on_step) watcher_.on_step(report, position_);
}

void Stage1Run::finish_epoch() {
  const auto epoch = static_cast<int>(position_.epoch);
  check_finite(network_, position_);
  const std::filesystem::path weights =
      params_.folder / str(params_.weights_name, "_", epoch, ".pth");
  io::write_weights(weights, state_dict(network_));
  ++position_.epoch;
  position_.iteration = 0;
  save();
  if (watcher_.on_epoch) watcher_.on_epoch(epoch, weights);
}

void Stage1Run::save() {
  check_finite(network_, position_);
  checkpoints_.save(network_, step_.optimizer(), position_, params_.identity);
}

}  // namespace salix
