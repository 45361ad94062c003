#include "train/report/image_scores_csv.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/error.h"
#include "engine/io/file.h"
#include "train/metrics/score_columns.h"

namespace salix::report {
namespace {

using Row = std::vector<std::string>;

// The row that begins at `at`, which moves behind it. A quoted field may hold commas, line ends
// and doubled quotes.
Row next_row(const std::string& text, std::size_t& at) {
  Row row(1);
  bool quoted = false;
  for (; at < text.size(); ++at) {
    const char letter = text[at];
    if (quoted && letter == '"' && at + 1 < text.size() && text[at + 1] == '"') {
      row.back() += '"';
      ++at;
    } else if (letter == '"') {
      quoted = !quoted;
    } else if (quoted || (letter != ',' && letter != '\n' && letter != '\r')) {
      row.back() += letter;
    } else if (letter == ',') {
      row.emplace_back();
    } else if (letter == '\n') {
      ++at;
      break;
    }
  }
  return row;
}

double value_of(const std::string& field) {
  char* end = nullptr;
  const double value = std::strtod(field.c_str(), &end);
  return end != field.c_str() && *end == '\0' ? value : std::nan("");
}

// Where each score stands in the heading; its size for one that is not there.
std::vector<std::size_t> places_of_scores(const Row& heading) {
  std::vector<std::size_t> places;
  for (const ScoreColumn& column : score_columns())
    places.push_back(static_cast<std::size_t>(
        std::find(heading.begin(), heading.end(), column.key) - heading.begin()));
  return places;
}

}  // namespace

ImageScoresOfSets read_image_scores(const std::filesystem::path& path, Notes& notes) {
  ImageScoresOfSets scores;
  if (!std::filesystem::is_regular_file(path)) return scores;
  const std::string text = io::read_text_file(path);
  std::size_t at = 0, left_out = 0;
  const Row heading = next_row(text, at);
  if (heading.size() < 3 || heading[0] != "set" || heading[1] != "image") {
    notes.push_back("images.csv does not begin with set,image and was left out.");
    return scores;
  }
  const std::vector<std::size_t> places = places_of_scores(heading);
  while (at < text.size()) {
    const Row row = next_row(text, at);
    if (row.size() != heading.size()) {
      ++left_out;
      continue;
    }
    std::vector<double> values;
    for (const std::size_t place : places)
      values.push_back(place < row.size() ? value_of(row[place]) : std::nan(""));
    scores[row[0]][row[1]] = std::move(values);
  }
  if (left_out > 0)
    notes.push_back(str("images.csv: ", left_out, " rows could not be read and were left out."));
  return scores;
}

}  // namespace salix::report
