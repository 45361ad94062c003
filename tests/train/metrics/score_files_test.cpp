// Reports of scores: the table, JSON, CSV, and the charts' series.
#include "train/metrics/score_files.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

std::vector<ScoredSet> two_sets() {
  std::vector<ScoredSet> sets(2);
  sets[0].name = "ours, \"new\"";
  sets[1].name = "theirs";
  for (ScoredSet& set : sets) {
    SetScores mean;
    for (const double value : {0.25, 0.5}) {
      ImageScores scores;
      scores.mae = value;
      scores.s_measure = std::numeric_limits<double>::quiet_NaN();
      scores.degenerate_block = true;
      scores.precision.fill(0.1 + value);
      scores.recall.fill(1);
      set.images.push_back({"video/1", scores});
      mean.add(scores);
    }
    set.summary = mean.summary();
  }
  return sets;
}

TEST(MetricsReport, TableAlignsItsColumnsAndNamesSpecialCases) {
  const std::string table = scores_table(two_sets());
  const std::size_t end = table.find('\n');
  const std::string heading = table.substr(0, end), row = table.substr(end + 1, end);
  EXPECT_EQ(heading.find("MAE") + 3, row.find("0.375") + 5);
  EXPECT_EQ(heading.find("images") + 6, row.find(" 2 ") + 2);
  EXPECT_THAT(row, HasSubstr("nan"));
  EXPECT_THAT(table, HasSubstr("theirs: 2 of 2 images have an object at the last row"));
}

TEST(MetricsReport, CsvQuotesNamesAndKeepsEveryDigit) {
  const std::string csv = images_csv(two_sets());
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "set,image,max_f,adaptive_f,weighted_f,mae,s_measure,e_measure,iou,centre_distance,"
            "empty_truth,degenerate_block,empty_union,full_truth,constant_map,single_pixel");
  EXPECT_THAT(csv, HasSubstr("\"ours, \"\"new\"\"\",video/1,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_THAT(curves_csv(two_sets()), HasSubstr("theirs,254,0.47499999999999998,1,"));
}

TEST(MetricsReport, JsonWritesNullForNan) {
  EXPECT_THAT(scores_json(two_sets()), HasSubstr("\"s_measure\": null"));
  EXPECT_THAT(scores_json(two_sets()), HasSubstr("\"mae\": 0.375"));
}

TEST(MetricsReport, ChartsHoldOneSeriesPerSet) {
  const data::Chart curve = precision_recall_chart(two_sets()), f = f_measure_chart(two_sets());
  ASSERT_EQ(curve.series.size(), 2u);
  EXPECT_EQ(curve.series[1].name, "theirs");
  EXPECT_EQ(curve.series[0].x[7], 1);
  EXPECT_NEAR(curve.series[0].y[7], 0.475, 1e-15);
  EXPECT_EQ(f.series[0].x.front(), 0);
  EXPECT_EQ(f.series[0].x.back(), 254);
}

}  // namespace
}  // namespace salix::testing
