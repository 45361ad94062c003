// The scores: one table over all evaluations, and their curves.
#include <algorithm>
#include <cmath>

#include "train/metrics/score_columns.h"
#include "train/report/curves.h"
#include "train/report/numbers.h"
#include "train/report/score_words.h"
#include "train/report/sections.h"

namespace salix::report {
namespace {

// The names of all sets, in the order in which they first occur.
std::vector<std::string> set_names(const std::vector<Evaluation>& evaluations) {
  std::vector<std::string> names;
  for (const Evaluation& evaluation : evaluations)
    for (const SetScores& set : evaluation.sets)
      if (std::find(names.begin(), names.end(), set.name) == names.end()) names.push_back(set.name);
  return names;
}

struct ScoreRow {
  std::string name;
  const SetScores* set;
};

// Rows of which each column's best is marked.
std::vector<std::vector<Cell>> marked_rows(const std::vector<ScoreRow>& rows, bool with_images) {
  std::vector<std::vector<Cell>> cells;
  for (const ScoreRow& row : rows) {
    cells.push_back({{text(row.name), false}});
    if (with_images) cells.back().push_back({text(grouped(row.set->images))});
  }
  for (std::size_t c = 0; c < score_columns().size(); ++c) {
    std::vector<double> values;
    for (const ScoreRow& row : rows) values.push_back(row.set->values[c]);
    const std::vector<bool> best = best_of(values, c);
    for (std::size_t r = 0; r < rows.size(); ++r)
      cells[r].push_back({text(fixed(values[r], 3)), true, best[r]});
  }
  return cells;
}

// The curves of one set, or of all sets of one evaluation, under one title.
struct Lines {
  std::string title;
  std::vector<ScoreRow> rows;
};

data::Series curve(const ScoreRow& row, bool of_f) {
  data::Series series{row.name, {}, {}};
  const SetScores& set = *row.set;
  for (std::size_t t = 0; t < set.f.size(); ++t) {
    // Thresholds fall along the file's points.
    const double threshold = curve_threshold(static_cast<int>(t));
    series.x.push_back(of_f ? threshold : set.recall[t]);
    series.y.push_back(of_f ? set.f[t] : set.precision[t]);
  }
  return series;
}

Html curve_figure(const Lines& lines, bool of_f) {
  data::Chart chart;
  chart.title = (of_f ? "F-measure" : "Precision and recall") +
                (lines.title.empty() ? "" : " on " + lines.title);
  chart.x.title = of_f ? "threshold" : "recall";
  chart.x.high = of_f ? kScoreCurvePoints : 1;
  chart.y.title = of_f ? "F" : "precision";
  chart.width = 440;
  chart.height = 270;
  for (const ScoreRow& row : lines.rows)
    if (!row.set->f.empty()) chart.series.push_back(curve(row, of_f));
  if (chart.series.empty()) return {};
  return figure(chart, of_f ? "At each threshold on the map, 0 to 254." : "Over all thresholds.");
}

}  // namespace

Html score_table(const std::vector<Evaluation>& evaluations) {
  if (evaluations.empty()) return {};
  const bool several = evaluations.size() > 1;
  std::vector<Cell> heading = {{text(several ? "Set, stage" : "Set"), false}};
  if (!several) heading.push_back({text("Images")});
  for (std::size_t c = 0; c < score_columns().size(); ++c) heading.push_back({column_heading(c)});
  std::vector<RowGroup> groups;
  if (!several) {
    std::vector<ScoreRow> rows;
    for (const SetScores& set : evaluations.front().sets) rows.push_back({set.name, &set});
    groups.push_back({{}, marked_rows(rows, true)});
  }
  for (const std::string& name : several ? set_names(evaluations) : std::vector<std::string>{}) {
    std::vector<ScoreRow> rows;
    for (const Evaluation& evaluation : evaluations)
      if (const SetScores* set = find_set(evaluation, name))
        rows.push_back({evaluation.title, set});
    groups.push_back({text(name + " ") + element("span", {{"class", "remark"}},
                                                 text(counted(rows.front().set->images, "image"))),
                      marked_rows(rows, false)});
  }
  std::string caption = "All measures, to three decimals";
  if (several) caption += "; the best of the stages on each set is marked";
  if (!several && evaluations.front().sets.size() > 1)
    caption += "; the best of each column is marked";
  return table(caption, heading, groups);
}

Html score_questions(const std::vector<Evaluation>& evaluations) {
  std::vector<std::string> sentences;  // stages read the same files: each sentence once
  for (const Evaluation& evaluation : evaluations) {
    for (const SetScores& set : evaluation.sets) {
      for (const std::string& question : set.questions) {
        const std::string sentence = set.name + ": " + question;
        if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end())
          sentences.push_back(sentence);
      }
    }
  }
  Html items;
  for (const std::string& sentence : sentences) items += element("li", text(sentence));
  return items.empty() ? items : element("ul", items);
}

Html score_curves(const std::vector<Evaluation>& evaluations) {
  std::vector<Lines> all;
  if (evaluations.size() == 1) {
    all.push_back({"", {}});
    for (const SetScores& set : evaluations.front().sets)
      all.back().rows.push_back({set.name, &set});
  } else {
    for (const std::string& name : set_names(evaluations)) {
      all.push_back({name, {}});
      for (const Evaluation& evaluation : evaluations)
        if (const SetScores* set = find_set(evaluation, name))
          all.back().rows.push_back({evaluation.title, set});
    }
  }
  Html figures;
  for (const Lines& lines : all) figures += curve_figure(lines, false) + curve_figure(lines, true);
  return grid(figures);
}

}  // namespace salix::report
