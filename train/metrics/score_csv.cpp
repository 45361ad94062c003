// The reports that programs read: JSON and CSV.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "engine/io/json_text.h"
#include "train/metrics/questions_json.h"
#include "train/metrics/score_columns.h"
#include "train/metrics/score_files.h"

namespace salix {
namespace {

// 17 digits bring every double back.
std::string exact(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string out = "\"";
  for (const char letter : field)
    out += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return out + '"';
}

}  // namespace

std::string scores_json(std::span<const ScoredSet> sets) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const ScoredSet& set : sets) {
    const SetSummary& mean = set.summary;
    Json scores;
    for (const ScoreColumn& column : score_columns())
      scores[std::string(column.key)] = mean.*column.of_set;
    Json cases;
    for (const SpecialCase& special : special_cases())
      cases[std::string(special.set_key)] = mean.*special.of_set;
    all.push_back(
        {{"name", set.name},
         {"images", mean.images},
         {"scores", std::move(scores)},
         {"special_cases", std::move(cases)},
         {"questions", questions_json(set.questions)},
         {"curve", {{"precision", mean.precision}, {"recall", mean.recall}, {"f", mean.f}}}});
  }
  // A folder's name need not be UTF-8; JSON must.
  return io::json_text(Json{{"sets", std::move(all)}}) + '\n';
}

std::string images_csv(std::span<const ScoredSet> sets) {
  std::string text = "set,image";
  for (const ScoreColumn& column : score_columns()) text += ',' + std::string(column.key);
  for (const SpecialCase& special : special_cases()) text += ',' + std::string(special.image_key);
  text += '\n';
  for (const ScoredSet& set : sets) {
    for (const ScoredImage& image : set.images) {
      text += quoted(set.name) + ',' + quoted(image.name);
      for (const ScoreColumn& column : score_columns())
        text += ',' + exact(column.of_image(image.scores));
      for (const SpecialCase& special : special_cases())
        text += image.scores.*special.of_image ? ",1" : ",0";
      text += '\n';
    }
  }
  return text;
}

std::string curves_csv(std::span<const ScoredSet> sets) {
  std::string text = "set,threshold,precision,recall,f\n";
  for (const ScoredSet& set : sets) {
    for (int t = 0; t < kScoreCurvePoints; ++t) {
      const auto k = static_cast<std::size_t>(t);
      text += quoted(set.name) + ',' + std::to_string(curve_threshold(t)) + ',' +
              exact(set.summary.precision[k]) + ',' + exact(set.summary.recall[k]) + ',' +
              exact(set.summary.f[k]) + '\n';
    }
  }
  return text;
}

}  // namespace salix
