// The head of the page: what was run, in a few numbers.
#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "train/metrics/score_columns.h"
#include "train/report/numbers.h"
#include "train/report/score_words.h"
#include "train/report/sections.h"
#include "train/report/training_words.h"

namespace salix::report {
namespace {

void add_steps(const RunFacts& run, std::vector<KeyFigure>& figures) {
  if (run.steps.empty()) return;
  const std::vector<EpochMeans> epochs = epoch_means(run.steps);
  std::string remark = epochs.size() > 1 ? str(epochs.size(), " epochs") : "";
  if (run.config) {
    const std::int64_t planned = integer_of(*run.config, "epochs");
    if (planned > static_cast<std::int64_t>(epochs.size()))
      remark = str("in epoch ", epochs.size(), " of ", planned);
  }
  figures.push_back(
      {"Steps", grouped(static_cast<std::int64_t>(run.steps.step.back())), "", remark});
  if (epochs.empty() || epochs.front().losses.empty()) return;
  figures.push_back({"Loss", significant(epochs.back().losses.front()), "",
                     epochs.size() > 1 ? str("mean of the last epoch; first: ",
                                             significant(epochs.front().losses.front()))
                                       : "mean of all steps"});
}

void add_speed(const RunFacts& run, std::vector<KeyFigure>& figures) {
  if (run.timing.empty()) return;
  const Speed speed = speed_of(run.timing);
  const std::string waiting = std::isfinite(speed.waiting)
                                  ? fixed(100 * speed.waiting, 1) + " % of it waiting for data"
                                  : "";
  if (std::isfinite(speed.images_per_second))
    figures.push_back({"Throughput", significant(speed.images_per_second), "images/s", "median"});
  figures.push_back({"Time in steps", duration(speed.seconds), "", waiting});
}

// The last evaluation's first set: the headline among the scores.
void add_score(const std::vector<Evaluation>& evaluations, std::vector<KeyFigure>& figures) {
  if (evaluations.empty()) return;
  const SetScores& set = evaluations.back().sets.front();
  const std::size_t column = column_of("s_measure");
  std::string remark = "on " + set.name;
  for (const Evaluation& evaluation : evaluations) {
    const SetScores* same = find_set(evaluation, set.name);
    if (&evaluation == &evaluations.back() || same == nullptr) continue;
    remark += str("; ", fixed(same->values[column], 3), " after ", evaluation.title);
    break;
  }
  figures.push_back({"S-measure", fixed(set.values[column], 3), "", remark});
}

void add_pipeline(const ReportFacts& facts, std::vector<KeyFigure>& figures) {
  double seconds = 0;
  std::int64_t done = 0;
  for (const StepFacts& step : facts.steps) {
    seconds += std::max(0.0, std::isfinite(step.seconds) ? step.seconds : 0.0);
    done += step.state == "done" ? 1 : 0;
  }
  figures.push_back({"Steps done", str(done), str("of ", facts.steps.size()), ""});
  if (seconds > 0) figures.push_back({"Time", duration(seconds), "", "sum of the steps"});
}

Cell state_cell(const std::string& state) {
  const std::string look = state == "done"     ? "state done"
                           : state == "failed" ? "state failed"
                                               : "state";
  return {element("span", {{"class", look}}, text(state.empty() ? "not said" : state)), false};
}

Html steps_table(const ReportFacts& facts) {
  double longest = 0;
  for (const StepFacts& step : facts.steps) longest = std::max(longest, step.seconds);
  RowGroup rows;
  for (const StepFacts& step : facts.steps) {
    const bool timed = std::isfinite(step.seconds) && step.seconds >= 0;
    rows.rows.push_back({{text(step.title), false},
                         state_cell(step.state),
                         {text(timed ? duration(step.seconds) : "")},
                         {timed && longest > 0 ? bar(step.seconds / longest) : Html{}, false}});
  }
  if (rows.rows.empty()) return {};
  return table("Steps of the pipeline",
               {{text("Step"), false}, {text("State"), false}, {text("Time")}, {{}, false}},
               {rows});
}

}  // namespace

Html overview(const ReportFacts& facts) {
  std::vector<KeyFigure> figures;
  if (facts.pipeline) {
    add_pipeline(facts, figures);
    add_score(facts.evaluations, figures);
    return key_figures(figures) + steps_table(facts);
  }
  const RunFacts& run = *facts.steps.front().run;
  add_steps(run, figures);
  add_score(facts.evaluations, figures);
  add_speed(run, figures);
  return key_figures(figures);
}

}  // namespace salix::report
