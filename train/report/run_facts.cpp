#include "train/report/run_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "train/metrics/score_columns.h"

namespace salix::report {
namespace fs = std::filesystem;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Numbers of a step that are neither losses nor learning rates.
constexpr std::array<std::string_view, 8> kOfTheStep = {
    "step", "epoch", "iteration", "second_size", "size", "images", "gradient_norm", "batch"};

bool is_loss(const std::string& name) {
  return std::find(kOfTheStep.begin(), kOfTheStep.end(), name) == kOfTheStep.end() &&
         !name.starts_with("time");
}

// Column `name`, made with NaN for the `rows` before this one when it is new.
std::vector<double>& column(std::vector<data::Series>& columns, const std::string& name,
                            std::size_t rows) {
  for (data::Series& known : columns)
    if (known.name == name) return known.y;
  columns.push_back({name, {}, std::vector<double>(rows, kNan)});
  return columns.back().y;
}

bool take_step(const Json& line, StepColumns& steps) {
  const std::optional<double> step = count_of(line, "step");
  if (!step || (!steps.empty() && *step <= steps.step.back())) return false;
  const std::size_t rows = steps.step.size();
  for (const auto& [name, value] : line.items()) {
    const std::optional<double> number = number_of(value);
    if (!number) continue;
    if (name.starts_with("lr")) {
      column(steps.rates, name, rows).push_back(*number);
    } else if (is_loss(name)) {
      column(steps.losses, name, rows).push_back(*number);
    }
  }
  if (const auto norm = number_of(line, "gradient_norm")) {
    steps.gradient_norm.resize(rows, kNan);
    steps.gradient_norm.push_back(*norm);
  }
  steps.step.push_back(*step);
  steps.epoch.push_back(count_of(line, "epoch").value_or(kNan));
  for (auto* columns : {&steps.losses, &steps.rates})
    for (data::Series& one : *columns) one.y.resize(rows + 1, kNan);
  return true;
}

bool take_scores(const Json& line, std::vector<EpochScores>& scores) {
  EpochScores one{.set = text_of(line, "set"),
                  .step = integer_of(line, "step"),
                  .epoch = integer_of(line, "epoch"),
                  .images = integer_of(line, "images"),
                  .values = score_values(line)};
  const bool any = std::any_of(one.values.begin(), one.values.end(),
                               [](double value) { return !std::isnan(value); });
  if (one.set.empty() || !any) return false;
  scores.push_back(std::move(one));
  return true;
}

void read_metrics(const fs::path& path, RunFacts& run) {
  for_each_line(path, run.notes, [&](const Json& line) {
    return line.contains("set") ? take_scores(line, run.scores) : take_step(line, run.steps);
  });
  StepColumns& steps = run.steps;
  if (!steps.gradient_norm.empty()) steps.gradient_norm.resize(steps.step.size(), kNan);
  std::stable_partition(steps.losses.begin(), steps.losses.end(),
                        [](const data::Series& loss) { return loss.name == "total"; });
}

void read_timing(const fs::path& path, RunFacts& run) {
  for_each_line(path, run.notes, [&](const Json& line) {
    const auto step = count_of(line, "step"), seconds = number_of(line, "seconds");
    const bool follows = step && (run.timing.empty() || *step > run.timing.step.back());
    if (!follows || !seconds || !std::isfinite(*seconds) || *seconds <= 0) return false;
    run.timing.step.push_back(*step);
    run.timing.seconds.push_back(*seconds);
    run.timing.loader_seconds.push_back(number_of(line, "loader_seconds").value_or(kNan));
    run.timing.images.push_back(number_of(line, "images").value_or(kNan));
    return true;
  });
}

void read_profile(const fs::path& path, RunFacts& run) {
  const std::optional<Json> file = read_object(path, run.notes);
  if (!file) return;
  Profile& profile = run.profile;
  profile.step = integer_of(*file, "step");
  profile.device = text_of(*file, "device");
  for (const Json& op : array_of(*file, "ops")) {
    const auto time = number_of(op, "milliseconds");
    if (time && std::isfinite(*time) && *time >= 0)
      profile.ops.push_back({text_of(op, "op"), integer_of(op, "calls"), *time});
  }
  std::stable_sort(profile.ops.begin(), profile.ops.end(), [](const OpTime& a, const OpTime& b) {
    return a.milliseconds > b.milliseconds;
  });
  const auto memory = file->find("memory");
  if (memory == file->end() || !memory->is_object()) return;
  for (const auto& [name, value] : memory->items()) {
    const auto bytes = number_of(value);
    if (bytes && std::isfinite(*bytes) && *bytes > 0)
      profile.memory_bytes.emplace_back(name, *bytes);
  }
}

}  // namespace

std::vector<double> score_values(const Json& object) {
  std::vector<double> values;
  for (const ScoreColumn& column : score_columns())
    values.push_back(number_of(object, std::string(column.key)).value_or(kNan));
  return values;
}

bool RunFacts::empty() const {
  return !config && !manifest && steps.empty() && scores.empty() && timing.empty() &&
         profile.empty();
}

RunFacts read_run(const fs::path& folder) {
  RunFacts run;
  run.folder = folder;
  run.config = read_object(folder / "config.json", run.notes);
  run.manifest = read_object(folder / "manifest.json", run.notes);
  read_metrics(folder / "metrics.jsonl", run);
  read_timing(folder / "timing.jsonl", run);
  read_profile(folder / "profile.json", run);
  return run;
}

}  // namespace salix::report
