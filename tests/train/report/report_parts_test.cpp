// The parts of a report: escaping, numbers, thinned curves, choice of images, colours.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include "tests/train/report/run_files.h"
#include "train/report/curves.h"
#include "train/report/html.h"
#include "train/report/image_scores_csv.h"
#include "train/report/numbers.h"
#include "train/report/sample_choice.h"
#include "train/report/score_words.h"
#include "train/report/style_sheet.h"
#include "train/report/thumbnail.h"

namespace salix::testing {
namespace {

using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(ReportHtml, EscapesAndRepairsText) {
  EXPECT_EQ(report::text("a<b>&\"'\n").code, "a&lt;b&gt;&amp;&quot;&#39; ");
  EXPECT_EQ(report::text("S\xC3\xA4ule \xE2\x86\x93").code, "S\xC3\xA4ule \xE2\x86\x93");
  const std::string replacement = "\xEF\xBF\xBD";
  for (const char* broken : {"\xC3", "\x80", "\xFF", "\xC0"})
    EXPECT_EQ(report::text(broken).code, replacement);
  EXPECT_EQ(report::text("\xE2\x86").code, replacement + replacement);
  EXPECT_EQ(report::text("\xED\xA0\x80").code, replacement + replacement + replacement);
  EXPECT_EQ(report::element("p", {{"title", "\"<"}}, report::text("<")).code,
            "<p title=\"&quot;&lt;\">&lt;</p>");
}

TEST(ReportNumbers, AreWrittenForPeople) {
  EXPECT_EQ(report::fixed(0.12345, 3), "0.123");
  EXPECT_EQ(report::fixed(kNan, 3), "n/a");
  EXPECT_EQ(report::significant(0.13964), "0.1396");
  EXPECT_EQ(report::grouped(1234567), "1,234,567");
  EXPECT_EQ(report::grouped(-123), "-123");
  EXPECT_EQ(report::duration(0.42), "420 ms");
  EXPECT_EQ(report::duration(31.24), "31.2 s");
  EXPECT_EQ(report::duration(59.97), "1 min 00 s");
  EXPECT_EQ(report::duration(3599.7), "1 h 00 min");
  EXPECT_EQ(report::duration(90000), "1 d 1 h");
  EXPECT_EQ(report::duration(-1), "n/a");
  EXPECT_EQ(report::bytes(512), "512 B");
  EXPECT_EQ(report::bytes(1.5 * 1024 * 1024), "1.5 MiB");
  EXPECT_EQ(report::counted(1, "image"), "1 image");
}

TEST(ReportNumbers, StatisticsLeaveOutWhatIsNoNumber) {
  EXPECT_EQ(report::median(std::vector{3.0, kNan, 1.0, 2.0}), 2);
  EXPECT_EQ(report::mean(std::vector{kNan, 1.0, 2.0}), 1.5);
  EXPECT_TRUE(std::isnan(report::median(std::vector{kNan})));
  EXPECT_EQ(report::quantile(std::vector{0.0, 10.0}, 0.25), 2.5);
}

TEST(ReportCurves, ThinningKeepsExtremesOrderAndGaps) {
  data::Series series{"long", {}, {}};
  for (int k = 0; k < 100000; ++k) {
    series.x.push_back(k);
    series.y.push_back(k >= 50000 && k < 60000 ? kNan : 1);
  }
  series.y[12345] = 99;
  series.y[77777] = -99;
  const data::Series few = report::thinned(series);
  EXPECT_LE(few.y.size(), report::kMostPoints);
  EXPECT_GT(few.y.size(), report::kMostPoints / 3);
  EXPECT_TRUE(std::is_sorted(few.x.begin(), few.x.end()));
  const auto at = [&](double y) {
    return std::find(few.y.begin(), few.y.end(), y) - few.y.begin();
  };
  EXPECT_EQ(few.x.at(static_cast<std::size_t>(at(99))), 12345);
  EXPECT_EQ(few.x.at(static_cast<std::size_t>(at(-99))), 77777);
  EXPECT_GT(std::count_if(few.y.begin(), few.y.end(), [](double y) { return std::isnan(y); }), 20);
  EXPECT_EQ(report::thinned({"short", {1, 2}, {3, 4}}).y, (std::vector<double>{3, 4}));
}

TEST(ReportCurves, RunningMeanLooksBack) {
  const data::Series series{"s", {1, 2, 3, 4}, {2, 4, kNan, 9}};
  EXPECT_THAT(report::running_mean(series, 2).y, ElementsAre(2, 3, 4, 9));
  const data::Series few = report::running_mean(series, 4, 2);
  EXPECT_THAT(few.x, ElementsAre(2, 4));
  EXPECT_THAT(few.y, ElementsAre(3, 5));
}

TEST(ReportCurves, AxesAreNeverEmpty) {
  for (const std::vector<double>& y :
       {std::vector<double>{}, std::vector<double>{kNan}, std::vector<double>{0, 0},
        std::vector<double>{-5}, std::vector<double>{1e-30}, std::vector<double>{1e30, 1e30}}) {
    const std::vector<data::Series> series = {{"s", std::vector<double>(y.size(), 3.0), y}};
    for (const bool from_zero : {false, true}) {
      const data::Axis axis = report::axis_around(series, "", from_zero);
      EXPECT_LT(axis.low, axis.high);
    }
    EXPECT_LT(report::x_axis_around(series, "").low, report::x_axis_around(series, "").high);
  }
}

TEST(ReportSamples, BestMedianAndWorstNeverRepeat) {
  for (std::size_t images = 0; images < 12; ++images) {
    std::vector<double> values;
    for (std::size_t k = 0; k < images; ++k) values.push_back(static_cast<double>(k * 7 % 12));
    values.push_back(kNan);
    std::set<std::size_t> seen;
    std::size_t shown = 0;
    for (const report::Choice& choice : report::choose_samples(values, 3)) {
      shown += choice.places.size();
      seen.insert(choice.places.begin(), choice.places.end());
    }
    EXPECT_EQ(seen.size(), shown);
    EXPECT_EQ(seen.count(images), 0u);  // the NaN
    EXPECT_EQ(shown, images < 3 ? images : std::min<std::size_t>(9, images / 3 * 3));
  }
  const auto chosen = report::choose_samples(std::vector{0.5, 0.9, 0.1, 0.7, 0.3}, 1);
  ASSERT_EQ(chosen.size(), 3u);
  EXPECT_THAT(chosen[0].places, ElementsAre(1u));
  EXPECT_THAT(chosen[1].places, ElementsAre(0u));
  EXPECT_THAT(chosen[2].places, ElementsAre(2u));
}

TEST(ReportScores, TheBestIsWhatThreeDecimalsShow) {
  const std::size_t s = report::column_of("s_measure"), mae = report::column_of("mae");
  EXPECT_THAT(report::best_of(std::vector{0.5, 0.8001, 0.8004}, s), ElementsAre(false, true, true));
  EXPECT_THAT(report::best_of(std::vector{0.5, 0.8, kNan}, mae), ElementsAre(true, false, false));
  EXPECT_THAT(report::best_of(std::vector{0.5, kNan}, s), ElementsAre(false, false));
}

TEST(ReportScores, ImagesCsvComesBackExactly) {
  const ScratchFolder scratch;
  ScoredSet set{"a,\"b\"", {{"x\ny", {}}, {"z", {}}}, {}};
  set.images[0].scores.s_measure = 1.0 / 3;
  set.images[1].scores.mae = kNan;
  write_text(scratch / "images.csv", images_csv(std::vector{set}) + "torn,row\n");
  report::Notes notes;
  const auto scores = report::read_image_scores(scratch / "images.csv", notes);
  EXPECT_EQ(scores.at("a,\"b\"").at("x\ny")[report::column_of("s_measure")], 1.0 / 3);
  EXPECT_TRUE(std::isnan(scores.at("a,\"b\"").at("z")[report::column_of("mae")]));
  EXPECT_THAT(notes, ElementsAre("images.csv: 1 rows could not be read and were left out."));
}

TEST(ReportThumbnails, FitTheSideAndShowFaintMasks) {
  const ScratchFolder scratch;
  data::Image mask(300, 600, 1);
  mask.pixels[0] = 1;
  data::write_image(scratch / "mask.png", mask);
  const data::Image small =
      report::read_thumbnail(scratch / "mask.png", report::Picture::kMask, 60);
  EXPECT_EQ(small.width, 60);
  EXPECT_EQ(small.height, 30);
  EXPECT_EQ(report::read_thumbnail(scratch / "mask.png", report::Picture::kMask, 600).pixels[0],
            255);
  EXPECT_EQ(report::data_uri(small).substr(0, 22), "data:image/png;base64,");
}

double luminance(const std::string& colour) {
  const auto linear = [&](std::size_t at) {
    const double v = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(0) + 0.7152 * linear(2) + 0.0722 * linear(4);
}

// WCAG 2.2, 1.4.3 and 1.4.11: text 4.5, graphics 3.
TEST(ReportStyle, ColoursContrastWithThePage) {
  const std::string css(report::style_sheet());
  const std::regex variable("--([a-z0-9]+): #([0-9a-f]{6});");
  double paper = 0;
  int themes = 0, colours = 0;
  for (auto found = std::sregex_iterator(css.begin(), css.end(), variable);
       found != std::sregex_iterator(); ++found) {
    const std::string name = (*found)[1];
    const double light = luminance((*found)[2]);
    if (name == "paper") {
      paper = light;
      ++themes;
      continue;
    }
    if (name == "rule" || name == "grid") continue;  // decoration
    const double contrast = (std::max(light, paper) + 0.05) / (std::min(light, paper) + 0.05);
    EXPECT_GE(contrast, name[0] == 'c' ? 3.0 : 4.5) << name << " of theme " << themes;
    ++colours;
  }
  EXPECT_EQ(themes, 2);
  EXPECT_EQ(colours, 2 * (4 + data::kChartColours));
}

}  // namespace
}  // namespace salix::testing
