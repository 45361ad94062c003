#include "train/loop/training_run.h"

#include <chrono>
#include <cmath>
#include <optional>

#include "engine/io/weights.h"
#include "layers/modules/state_dict.h"
#include "train/loop/not_finite.h"
#include "train/loop/step_profile.h"

namespace salix {
namespace {

// The first iterations make plans and fill caches; this one shows what all later ones do.
constexpr int kProfiledIteration = 3;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A checkpoint of broken values would take the place of a good one. Running statistics count:
// nothing in training reads them, so that the loss does not show when they break.
void check_finite(const Module& network, const TrainingPosition& position) {
  for (const StateEntry& entry : network.state()) {
    if (!is_floating(entry.tensor->dtype())) continue;
    for (const float value : entry.tensor->to_vector<float>()) {
      if (std::isfinite(value)) continue;
      throw NotFinite(str("train: weights and running statistics must be finite; ", entry.name,
                          " holds ", value, " in epoch ", position.epoch, ", after step ",
                          position.step));
    }
  }
}

Metrics metrics_of(const StepReport& report, std::int64_t epoch) {
  Metrics metrics{{"epoch", epoch}, {"total", report.total}};
  for (const auto& [name, value] : report.terms) metrics.emplace_back(name, value);
  for (const auto& fact : report.more) metrics.push_back(fact);
  for (const auto& [name, rate] : report.rates) metrics.emplace_back("lr_" + name, rate);
  if (report.gradient_norm > 0) metrics.emplace_back("gradient_norm", report.gradient_norm);
  return metrics;
}

std::vector<std::pair<std::string, double>> curves_of(const StepReport& report) {
  std::vector<std::pair<std::string, double>> curves{{"loss/total", report.total}};
  for (const auto& [name, value] : report.terms) curves.emplace_back("loss/" + name, value);
  for (const auto& [name, rate] : report.rates) curves.emplace_back("learning_rate/" + name, rate);
  return curves;
}

// Adds the time and the device's counts of its own lifetime to an iteration's.
template <typename InFlight>
class Share {
 public:
  Share(Exec& exec, InFlight& of) : exec_(exec), of_(of), before_(exec.backend().counts()) {}
  ~Share() {
    of_.seconds += stopwatch_.seconds();
    of_.counts = of_.counts + (exec_.backend().counts() - before_);
  }
  Share(const Share&) = delete;
  Share& operator=(const Share&) = delete;

 private:
  Exec& exec_;
  InFlight& of_;
  DeviceCounts before_;
  Stopwatch stopwatch_;
};

data::LoaderOptions share_of(data::LoaderOptions loader, const OverRanks& ranks) {
  loader.rank = ranks.rank();
  loader.ranks = ranks.ranks();
  return loader;
}

}  // namespace

TrainingRun::TrainingRun(Exec& exec, TrainingStep& step, std::vector<data::SampleFiles> samples,
                         const TrainingRunParams& params, TrainingWatcher watcher)
    : exec_(exec),
      ranks_(exec),
      step_(step),
      params_(params),
      watcher_(std::move(watcher)),
      loader_(std::move(samples), share_of(params.loader, ranks_)),
      checkpoints_(params.folder / "checkpoints", params.keep_checkpoints) {
  step_.network().train();
}

std::filesystem::path TrainingRun::weights_of(int epoch) const {
  return params_.folder / str(params_.weights_name, "_", epoch, ".pth");
}

bool TrainingRun::resume() {
  const auto found =
      checkpoints_.resume(step_.network(), step_.optimizer(), params_.identity, watcher_.say);
  if (found) position_ = *found;
  ranks_.check_same_position(position_);
  return found.has_value();
}

bool TrainingRun::train() {
  ranks_.broadcast(step_.network());
  if (ranks_.writes()) open_logs();
  // A kill before the first checkpoint then resumes too, with these very weights.
  if (position_.step == 0) save();
  // Killed between an epoch's checkpoint and its scores.
  const bool between_epochs = position_.iteration == 0 && position_.epoch > 1;
  if (between_epochs && !has_line(params_.folder / "metrics.jsonl", position_.step, "set")) {
    score(static_cast<int>(position_.epoch) - 1);
  }
  while (position_.epoch <= params_.epochs) {
    if (!train_epoch()) return false;
  }
  return true;
}

void TrainingRun::open_logs() {
  metrics_ = std::make_unique<MetricsLog>(params_.folder / "metrics.jsonl", position_.step);
  timing_ = std::make_unique<MetricsLog>(params_.folder / "timing.jsonl", position_.step);
  tensorboard_ = std::make_unique<TensorBoardLog>(params_.folder, position_.step);
  if (!params_.audit_trace) return;
  trace_ = std::make_unique<AuditTrace>(exec_, params_.folder / "audit.jsonl", position_.step);
  step_.set_trace(trace_.get());
}

bool TrainingRun::train_epoch() {
  loader_.start_epoch(position_.epoch, position_.iteration);
  if (position_.iteration == 0) step_.start_epoch();
  bool stop = false;
  std::int64_t unsaved = 0;
  for (Stopwatch waiting; std::optional<data::Batch> batch = loader_.next();
       waiting = Stopwatch()) {
    iterate(std::move(*batch), waiting.seconds());
    ++unsaved;
    stop = ranks_.any(stop || (watcher_.stop_requested && watcher_.stop_requested()));
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

void TrainingRun::iterate(data::Batch batch, double loader_seconds) {
  if (trace_) trace_->begin_step(position_.step + 1);
  auto next = std::make_unique<InFlight>(InFlight{
      .batch = std::move(batch),
      .position = position_,
      .queued = Queued<StepReport>({}),
      .loader_seconds = loader_seconds,
  });
  const bool profiled = ++iterations_here_ == kProfiledIteration;
  if (profiled) land();  // so that its time is its own
  if (profiled) next->profile = std::make_unique<StepProfile>(exec_);
  {
    const Share share(exec_, *next);
    next->queued = step_.queue(next->batch, position_);
  }
  ++next->position.step;
  ++next->position.iteration;
  position_ = next->position;
  land();
  in_flight_ = std::move(next);
  if (!params_.one_in_flight || trace_ || profiled) land();
}

void TrainingRun::land() {
  if (!in_flight_) return;
  const std::unique_ptr<InFlight> done = std::move(in_flight_);
  StepReport report;
  {
    const Share share(exec_, *done);
    report = done->queued.report();
    ranks_.average(report);
  }
  if (trace_) trace_->end_step(step_.network());
  if (ranks_.writes()) log(*done, report);
  if (watcher_.on_step) watcher_.on_step(report, done->position);
}

void TrainingRun::log(const InFlight& done, const StepReport& report) {
  const std::int64_t step = done.position.step;
  metrics_->write(step, metrics_of(report, done.position.epoch));
  if (done.profile) {
    done.profile->write(params_.folder / "profile.json", step);
  } else {
    const auto images = static_cast<std::int64_t>(done.batch.samples.size()) * ranks_.ranks();
    timing_->write(step, {{"seconds", done.seconds},
                          {"loader_seconds", done.loader_seconds},
                          {"images", images},
                          {"launches", done.counts.launches},
                          {"waits", done.counts.waits},
                          {"copies", done.counts.copies},
                          {"allocations", done.counts.allocations}});
  }
  tensorboard_->write(step, curves_of(report));
}

void TrainingRun::finish_epoch() {
  land();
  const auto epoch = static_cast<int>(position_.epoch);
  if (ranks_.writes()) {
    check_finite(step_.network(), position_);
    io::write_weights(weights_of(epoch), state_dict(step_.network()));
  }
  ++position_.epoch;
  position_.iteration = 0;
  save();
  if (ranks_.writes() && watcher_.on_epoch) watcher_.on_epoch(epoch, weights_of(epoch));
  score(epoch);
  ranks_.wait_for_all();  // the next epoch may read labels that any of them has refined
}

void TrainingRun::score(int epoch) {
  if (!watcher_.score || !ranks_.writes()) return;
  metrics_->write_all(position_.step, watcher_.score(epoch));
  step_.network().train();
}

void TrainingRun::save() {
  land();  // a checkpoint assumes that the log holds every step before it
  if (!ranks_.writes()) return;
  check_finite(step_.network(), position_);
  checkpoints_.save(step_.network(), step_.optimizer(), position_, params_.identity);
}

}  // namespace salix
