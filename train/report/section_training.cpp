// How the training went: losses, learning rates, scores over the epochs.
#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "train/report/curves.h"
#include "train/report/numbers.h"
#include "train/report/score_words.h"
#include "train/report/sections.h"
#include "train/report/training_words.h"

namespace salix::report {
namespace {

constexpr std::size_t kOpenEpochs = 8;  // longer tables are folded
constexpr int kWidth = 440, kHeight = 250, kSmallWidth = 320, kSmallHeight = 200;

data::Chart chart_of(std::string title, std::vector<data::Series> series, const char* x_title,
                     const char* y_title, bool from_zero = true) {
  data::Chart chart;
  chart.title = std::move(title);
  chart.x = x_axis_around(series, x_title);
  chart.y = axis_around(series, y_title, from_zero);
  chart.series = std::move(series);
  chart.width = kWidth;
  chart.height = kHeight;
  return chart;
}

data::Series over_steps(const StepColumns& steps, const data::Series& column) {
  data::Series series = column;
  series.x = steps.step;
  return series;
}

Html total_figure(const StepColumns& steps) {
  const std::size_t window = mean_window(steps.step.size());
  data::Series raw = over_steps(steps, steps.losses.front());
  data::Series calm = running_mean(raw, window);
  // A few wild steps would flatten all the others; they are drawn at the upper border.
  const double highest = quantile(raw.y, 1), usual = 1.5 * quantile(raw.y, 0.99);
  const auto above =
      std::count_if(raw.y.begin(), raw.y.end(), [&](double value) { return value > usual; });
  raw.pale = true;
  raw.colour = calm.colour = 0;
  raw.name = "each step";
  calm.name = str("mean of ", window, " steps");
  const std::string title =
      steps.losses.front().name == "total" ? "Loss" : steps.losses.front().name;
  data::Chart chart = chart_of(title, {calm, thinned(raw)}, "step", "loss");
  const bool cut = usual > 0 && highest > 1.5 * usual;
  if (cut) chart.y.high = usual;
  return figure(chart, cut ? str("At the upper border: ", counted(above, "step"),
                                 " of higher loss, up to ", significant(highest), ".")
                           : "");
}

Html terms_figure(const StepColumns& steps) {
  if (steps.losses.size() < 3) return {};
  const std::size_t window = mean_window(steps.step.size());
  std::vector<data::Series> terms;
  for (std::size_t k = 1; k < steps.losses.size(); ++k)
    terms.push_back(running_mean(over_steps(steps, steps.losses[k]), window));
  return figure(chart_of("Terms of the loss", std::move(terms), "step", "loss"),
                str("Means of ", window, " steps, as logged."));
}

Html rates_figure(const StepColumns& steps) {
  if (steps.rates.empty()) return {};
  std::vector<data::Series> rates;
  for (const data::Series& rate : steps.rates) {
    rates.push_back(thinned(over_steps(steps, rate)));
    if (rate.name.starts_with("lr_")) rates.back().name = rate.name.substr(3);
  }
  return figure(chart_of("Learning rate", std::move(rates), "step", "rate"), "");
}

Html norm_figure(const StepColumns& steps) {
  if (steps.gradient_norm.empty()) return {};
  const data::Series norm{"gradient", steps.step, steps.gradient_norm};
  const std::size_t window = mean_window(steps.step.size());
  return figure(chart_of("Gradient norm", {running_mean(norm, window)}, "step", "L2 norm"),
                str("Mean of ", window, " steps."));
}

Html epoch_table(const StepColumns& steps) {
  const std::vector<EpochMeans> epochs = epoch_means(steps);
  std::vector<Cell> heading = {{text("Epoch"), false}, {text("Steps")}};
  for (const data::Series& loss : steps.losses) heading.push_back({text(loss.name)});
  RowGroup rows;
  for (const EpochMeans& epoch : epochs) {
    std::vector<Cell> row = {{text(str(epoch.epoch)), false}, {text(grouped(epoch.steps))}};
    for (const double loss : epoch.losses) row.push_back({text(significant(loss))});
    rows.rows.push_back(std::move(row));
  }
  const Html all = table("Mean losses of each epoch", heading, {rows});
  return epochs.size() <= kOpenEpochs ? all : folded("Numbers, epoch by epoch", all);
}

// One line per set over the epochs.
std::vector<data::Series> lines_of(const std::vector<EpochScores>& scores, std::size_t column) {
  std::vector<data::Series> lines;
  for (const EpochScores& one : scores) {
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const data::Series& known) { return known.name == one.set; });
    if (line == lines.end()) line = lines.insert(line, {one.set, {}, {}});
    line->x.push_back(static_cast<double>(one.epoch));
    line->y.push_back(one.values[column]);
  }
  for (data::Series& line : lines) line.dots = line.x.size() <= 40;
  return lines;
}

}  // namespace

Html training_curves(const RunFacts& run) {
  if (run.steps.empty() || run.steps.losses.empty()) return {};
  return grid(total_figure(run.steps) + terms_figure(run.steps) + rates_figure(run.steps) +
              norm_figure(run.steps) + epoch_table(run.steps));
}

Html epoch_scores(const RunFacts& run) {
  if (run.scores.empty()) return {};
  Html figures;
  std::vector<data::Series> lines;
  for (const char* key : {"s_measure", "max_f", "weighted_f", "mae", "e_measure", "iou"}) {
    const std::size_t column = column_of(key);
    lines = lines_of(run.scores, column);
    data::Chart chart = chart_of(column_title(column), lines, "epoch", "", /*from_zero=*/false);
    chart.width = kSmallWidth;
    chart.height = kSmallHeight;
    const bool any = std::any_of(run.scores.begin(), run.scores.end(), [&](const EpochScores& one) {
      return std::isfinite(one.values[column]);
    });
    if (any)
      figures += figure(chart, lower_is_better(column) ? "Lower is better." : "Higher is better.",
                        /*with_legend=*/false);
  }
  return element("h3", text("Scores after each epoch")) + legend(lines) + grid(figures, true);
}

}  // namespace salix::report
