#include "train/metrics/score_files.h"

#include <algorithm>
#include <cstdio>

#include "data/image/image_io.h"
#include "engine/io/atomic_file.h"
#include "train/metrics/score_columns.h"

namespace salix {
namespace {

// Names to the left, numbers to the right, two spaces between columns.
struct Row {
  std::string name, images;
  std::vector<std::string> scores;
};

void append_row(std::string& text, const Row& row, std::size_t name_width) {
  const auto right = [&](const std::string& cell, std::size_t width) {
    text += "  " + std::string(width - std::min(width, cell.size()), ' ') + cell;
  };
  text += row.name + std::string(name_width - row.name.size(), ' ');
  right(row.images, 6);
  for (const std::string& score : row.scores) right(score, 6);
  text += '\n';
}

std::string three_decimals(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

data::Chart unit_chart(std::string title, std::string x, std::string y) {
  data::Chart chart;
  chart.title = std::move(title);
  chart.x.title = std::move(x);
  chart.y.title = std::move(y);
  return chart;
}

}  // namespace

std::string scores_table(std::span<const ScoredSet> sets) {
  std::size_t widest = 3;
  for (const ScoredSet& set : sets) widest = std::max(widest, set.name.size());
  Row row{"set", "images", {}};
  for (const ScoreColumn& column : score_columns()) row.scores.emplace_back(column.title);
  std::string text;
  append_row(text, row, widest);
  for (const ScoredSet& set : sets) {
    row = {set.name, std::to_string(set.summary.images), {}};
    for (const ScoreColumn& column : score_columns())
      row.scores.push_back(three_decimals(set.summary.*column.of_set));
    append_row(text, row, widest);
  }
  for (const ScoredSet& set : sets) {
    for (const SpecialCase& special : special_cases()) {
      const std::int64_t count = set.summary.*special.of_set;
      if (count == 0) continue;
      text +=
          str(set.name, ": ", count, " of ", set.summary.images, " images ", special.words, '\n');
    }
  }
  return text;
}

data::Chart precision_recall_chart(std::span<const ScoredSet> sets) {
  data::Chart chart = unit_chart("Precision and recall over all thresholds", "recall", "precision");
  for (const ScoredSet& set : sets) {
    const SetSummary& mean = set.summary;
    chart.series.push_back({set.name,
                            {mean.recall.begin(), mean.recall.end()},
                            {mean.precision.begin(), mean.precision.end()}});
  }
  return chart;
}

data::Chart f_measure_chart(std::span<const ScoredSet> sets) {
  data::Chart chart = unit_chart("F-measure at each threshold", "threshold", "F-measure");
  chart.x.high = kScoreCurvePoints;
  for (const ScoredSet& set : sets) {
    data::Series series;
    series.name = set.name;
    for (int t = kScoreCurvePoints - 1; t >= 0; --t) {
      series.x.push_back(curve_threshold(t));
      series.y.push_back(set.summary.f[static_cast<std::size_t>(t)]);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::vector<std::filesystem::path> score_file_paths(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const char* name : {"scores.json", "images.csv", "curves.csv", "precision_recall.svg",
                           "f_measure.svg", "precision_recall.png", "f_measure.png"}) {
    paths.push_back(folder / name);
  }
  return paths;
}

void write_score_files(const std::filesystem::path& folder, std::span<const ScoredSet> sets) {
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& text) {
    io::write_file_atomically(folder / name, io::bytes_of(text));
  };
  write("scores.json", scores_json(sets));
  write("images.csv", images_csv(sets));
  write("curves.csv", curves_csv(sets));
  const data::Chart curve = precision_recall_chart(sets), f = f_measure_chart(sets);
  write("precision_recall.svg", data::chart_svg(curve));
  write("f_measure.svg", data::chart_svg(f));
  data::write_image(folder / "precision_recall.png", data::chart_image(curve));
  data::write_image(folder / "f_measure.png", data::chart_image(f));
}

}  // namespace salix
