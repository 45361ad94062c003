#include "train/loop/training_run.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "data/image/image_io.h"
#include "engine/io/pth.h"
#include "engine/io/weights.h"
#include "layers/modules/state_dict.h"
#include "train/loop/not_finite.h"

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

Metrics metrics_of(const StepSummary& report, std::int64_t epoch) {
  Metrics metrics{{"epoch", epoch}, {"total", report.total}};
  for (const auto& [name, value] : report.terms) metrics.emplace_back(name, value);
  for (const auto& fact : report.more) metrics.push_back(fact);
  for (const auto& [name, rate] : report.rates) metrics.emplace_back("lr_" + name, rate);
  if (report.gradient_norm > 0) metrics.emplace_back("gradient_norm", report.gradient_norm);
  return metrics;
}

std::vector<std::pair<std::string, double>> curves_of(const StepSummary& report) {
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
                         std::shared_ptr<const data::SampleReader> reader,
                         const TrainingRunParams& params, TrainingWatcher watcher)
    : exec_(exec),
      ranks_(exec),
      step_(step),
      iteration_(exec, step),
      network_state_(step.network()),
      params_(params),
      watcher_(std::move(watcher)),
      loader_(std::move(samples), std::move(reader), share_of(params.loader, ranks_)),
      checkpoints_(params.folder / "checkpoints", params.keep_checkpoints) {
  step_.network().train();
}

std::vector<StatePart*> TrainingRun::parts() {
  std::vector<StatePart*> parts{&network_state_, &step_.update().optimizer()};
  for (StatePart* part : step_.more_state()) parts.push_back(part);
  return parts;
}

std::int64_t TrainingRun::total_steps() const {
  return steps_of(params_.length, loader_.batches_per_epoch());
}

bool TrainingRun::done() const { return position_.step >= total_steps(); }

bool TrainingRun::weights_due(std::int64_t ended_epoch) const {
  const RunLength& length = params_.length;
  if (length.weights_every == 0) return ended_epoch > 0 || done();
  return position_.step > 0 && (position_.step % length.weights_every == 0 || done());
}

bool TrainingRun::resume() {
  const auto found = checkpoints_.resume(exec_, parts(), params_.identity, watcher_.say);
  if (found) position_ = *found;
  ranks_.check_same_position(position_);
  return found.has_value();
}

bool TrainingRun::train() {
  ranks_.broadcast(step_.network());
  if (ranks_.writes()) open_logs();
  // A kill before the first checkpoint then resumes too, with these very weights.
  if (position_.step == 0) save();
  // Killed between the checkpoint behind some weights and their scores.
  const std::int64_t ended = position_.iteration == 0 ? position_.epoch - 1 : 0;
  if (weights_due(ended) && !has_line(params_.folder / "metrics.jsonl", position_.step, "set")) {
    score(static_cast<int>(ended > 0 ? ended : position_.epoch));
  }
  while (!done()) {
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
  iteration_.set_trace(trace_.get());
}

bool TrainingRun::train_epoch() {
  loader_.start_epoch(position_.epoch, position_.iteration);
  if (position_.iteration == 0) iteration_.start_epoch();
  bool stop = false;
  std::int64_t unsaved = 0;
  for (Stopwatch waiting; std::optional<data::Batch> batch = loader_.next();
       waiting = Stopwatch()) {
    iterate(std::move(*batch), waiting.seconds());
    ++unsaved;
    stop = ranks_.any(stop || (watcher_.stop_requested && watcher_.stop_requested()));
    if (position_.iteration == loader_.batches_per_epoch()) break;
    if (weights_due(/*ended_epoch=*/0)) {
      write_weights(/*epoch_ends=*/false);
      unsaved = 0;
    }
    if (done()) return true;
    if (!step_.update().at_rest(position_.step)) continue;
    if (stop || unsaved >= params_.checkpoint_every) {
      save();
      unsaved = 0;
    }
    if (stop) return false;
  }
  write_weights(/*epoch_ends=*/true);
  return !stop;
}

void TrainingRun::iterate(data::Batch batch, double loader_seconds) {
  if (trace_) trace_->begin_step(position_.step + 1);
  auto next = std::make_unique<InFlight>(InFlight{
      .batch = std::move(batch),
      .position = position_,
      .queued = QueuedStep({}),
      .loader_seconds = loader_seconds,
  });
  const bool profiled = ++iterations_here_ == kProfiledIteration;
  if (profiled) land();  // so that its time is its own
  if (profiled) next->profile = std::make_unique<StepProfile>(exec_);
  {
    const Share share(exec_, *next);
    next->queued = iteration_.queue(next->batch, position_);
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
  StepSummary summary;
  {
    const Share share(exec_, *done);
    summary = done->queued.finish();
    ranks_.average(summary);
  }
  if (trace_) trace_->end_step(step_.network());
  if (ranks_.writes()) log(*done, summary);
  if (watcher_.on_step) watcher_.on_step(summary, done->position);
}

void TrainingRun::log(const InFlight& done, const StepSummary& summary) {
  const std::int64_t step = done.position.step;
  metrics_->write(step, metrics_of(summary, done.position.epoch));
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
  tensorboard_->write(step, curves_of(summary));
  if (summary.pictures) keep(step, summary.pictures());
}

void TrainingRun::keep(std::int64_t step, const std::vector<LoggedPicture>& pictures) {
  const std::filesystem::path folder = params_.folder / "pictures";
  std::filesystem::create_directories(folder);
  for (const LoggedPicture& picture : pictures) {
    char number[24];
    std::snprintf(number, sizeof number, "%06lld", static_cast<long long>(step));
    data::write_image(folder / str(picture.name, '_', number, ".png"), picture.image);
    tensorboard_->write(step, picture.name, picture.image);
  }
}

void TrainingRun::write_weights(bool epoch_ends) {
  land();
  const auto epoch = static_cast<int>(position_.epoch);
  const bool due = weights_due(epoch_ends ? position_.epoch : 0);
  const std::filesystem::path weights =
      params_.folder /
      weights_file(params_.weights, params_.length, position_.step, epoch_ends ? epoch : 0);
  if (due && ranks_.writes()) {
    check_finite(step_.network(), position_);
    const io::NamedArrays state = state_dict(step_.network());
    if (params_.weights.snapshots) {
      io::write_pth(weights, state, io::PthFormat::kZip, params_.weights.snapshots->container);
    } else {
      io::write_weights(weights, state);
    }
  }
  if (epoch_ends) {
    ++position_.epoch;
    position_.iteration = 0;
  }
  // Gradients are not in a checkpoint; those that wait at the end of an epoch are mostly dropped.
  const bool dropped = epoch_ends && !step_.update().params().carry;
  if (dropped || step_.update().at_rest(position_.step)) save();
  if (due && ranks_.writes() && watcher_.on_weights) watcher_.on_weights(epoch, weights);
  if (due) score(epoch);
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
  checkpoints_.save(exec_, parts(), position_, params_.identity);
}

}  // namespace salix
