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

std::span<const SpecialCase> special_cases() {
  using Set = SetSummary;
  using Image = ImageScores;
  static constexpr std::array<SpecialCase, 6> kCases = {{
      {"empty_truth", "empty_truths", &Image::empty_truth, &Set::empty_truths,
       "have an empty truth (F-measures 0)"},
      {"degenerate_block", "degenerate_blocks", &Image::degenerate_block, &Set::degenerate_blocks,
       "have an object at the last row or column, or at a corner (S-measure undefined in the "
       "reference)"},
      {"empty_union", "empty_unions", &Image::empty_union, &Set::empty_unions,
       "are empty in truth and prediction (IoU undefined in the reference)"},
      {"full_truth", "full_truths", &Image::full_truth, &Set::full_truths,
       "have a truth that is foreground everywhere"},
      {"constant_map", "constant_maps", &Image::constant_map, &Set::constant_maps,
       "have a map of one value (not stretched; of a black one all counts as found at the adaptive "
       "threshold)"},
      {"single_pixel", "single_pixels", &Image::single_pixel, &Set::single_pixels,
       "have one pixel (E-measure undefined in the reference)"},
  }};
  return kCases;
}

}  // namespace salix
