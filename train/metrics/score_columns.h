// The scores in the order and under the names of all reports.
#pragma once

#include <span>
#include <string_view>

#include "train/metrics/scores.h"

namespace salix {

struct ScoreColumn {
  std::string_view title;  // in tables, as the field prints it
  std::string_view key;    // in JSON and CSV
  double SetSummary::*of_set;
  double (*of_image)(const ImageScores&);
};

std::span<const ScoreColumn> score_columns();

// What reports count beside the scores: images on which a formula is undefined or says little.
struct SpecialCase {
  std::string_view image_key, set_key;  // in CSV and in JSON
  bool ImageScores::*of_image;
  std::int64_t SetSummary::*of_set;
  std::string_view words;  // "3 of 9 images ..."
};

std::span<const SpecialCase> special_cases();

// Point t of a curve takes what is at or above this level for positive.
constexpr int curve_threshold(int t) { return kScoreCurvePoints - 1 - t; }

}  // namespace salix
