// Scores for people and programs: a table, JSON, CSV, and pictures of the curves.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/drawing/chart.h"
#include "data/meaning/questions.h"
#include "train/metrics/scores.h"

namespace salix {

struct ScoredImage {
  std::string name;
  ImageScores scores;
};

struct ScoredSet {
  std::string name;
  std::vector<ScoredImage> images;
  SetSummary summary;
  std::vector<data::Question> questions = {};  // about the files that were read
};

// One line per set, three decimals, and a line for each special case that occurred.
std::string scores_table(std::span<const ScoredSet> sets);

// Full precision; a score that is not a number is null. One object: {"sets": [{"name",
// "images", "scores": {...}, "special_cases": {...}, "questions": [...],
// "curve": {...}}]}; questions as questions_json().
std::string scores_json(std::span<const ScoredSet> sets);

// One row per image, or per point of each set's curve, under a heading; 17 digits.
std::string images_csv(std::span<const ScoredSet> sets);
std::string curves_csv(std::span<const ScoredSet> sets);

// All sets in one chart: precision over recall, and F over the threshold on trunc(255 p).
data::Chart precision_recall_chart(std::span<const ScoredSet> sets);
data::Chart f_measure_chart(std::span<const ScoredSet> sets);

// scores.json, images.csv, curves.csv, precision_recall.{svg,png} and f_measure.{svg,png} in
// `folder`: the paths that write_score_files() writes.
std::vector<std::filesystem::path> score_file_paths(const std::filesystem::path& folder);
// Makes `folder` if need be.
void write_score_files(const std::filesystem::path& folder, std::span<const ScoredSet> sets);

}  // namespace salix
