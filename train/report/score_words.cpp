#include "train/report/score_words.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "train/metrics/score_columns.h"
#include "train/report/numbers.h"

namespace salix::report {

bool lower_is_better(std::size_t column) {
  const std::string_view key = score_columns()[column].key;
  return key == "mae" || key == "centre_distance";
}

std::size_t column_of(std::string_view key) {
  const auto columns = score_columns();
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const ScoreColumn& column) { return column.key == key; });
  SALIX_ASSERT(found != columns.end());
  return static_cast<std::size_t>(found - columns.begin());
}

std::string column_title(std::size_t column) { return std::string(score_columns()[column].title); }

Html column_heading(std::size_t column) {
  const bool lower = lower_is_better(column);
  return text(column_title(column) + " ") +
         element("span", {{"aria-hidden", "true"}, {"class", "arrow"}}, text(lower ? "↓" : "↑")) +
         element("span", {{"class", "spoken"}},
                 text(lower ? ", lower is better" : ", higher is better"));
}

const SetScores* find_set(const Evaluation& evaluation, const std::string& name) {
  for (const SetScores& set : evaluation.sets)
    if (set.name == name) return &set;
  return nullptr;
}

std::vector<bool> best_of(std::span<const double> values, std::size_t column) {
  std::vector<bool> best(values.size(), false);
  const auto finite =
      std::count_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  if (finite < 2) return best;
  double top = std::nan("");
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (std::isnan(top) || (lower_is_better(column) ? value < top : value > top)) top = value;
  }
  for (std::size_t k = 0; k < values.size(); ++k)
    best[k] = std::isfinite(values[k]) && fixed(values[k], 3) == fixed(top, 3);
  return best;
}

}  // namespace salix::report
