#include "train/metrics/score_columns.h"

#include <array>

namespace salix {

std::span<const ScoreColumn> score_columns() {
  using Set = SetSummary;
  using Image = const ImageScores&;
  static constexpr std::array<ScoreColumn, 8> kColumns = {{
      {"Max-F", "max_f", &Set::max_f, [](Image s) { return s.max_f(); }},
      {"Mean-F", "adaptive_f", &Set::adaptive_f, [](Image s) { return s.adaptive_f; }},
      {"Fbw", "weighted_f", &Set::weighted_f, [](Image s) { return s.weighted_f; }},
      {"MAE", "mae", &Set::mae, [](Image s) { return s.mae; }},
      {"S", "s_measure", &Set::s_measure, [](Image s) { return s.s_measure; }},
      {"E", "e_measure", &Set::e_measure, [](Image s) { return s.e_measure; }},
      {"IoU", "iou", &Set::iou, [](Image s) { return s.iou; }},
      {"centre", "centre_distance", &Set::centre_distance,
       [](Image s) { return s.centre_distance; }},
  }};
  return kColumns;
}

}  // namespace salix
