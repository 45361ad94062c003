// Charts: what the SVG says, what the pixels show, what is refused.
#include "data/drawing/chart.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "engine/error.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

data::Chart two_lines() {
  data::Chart chart;
  chart.title = "Title";
  chart.x = {"across", 0, 10};
  chart.y = {"up", 0, 1};
  chart.series = {{"rising", {0, 10}, {0, 1}}, {"flat", {0, 10}, {0.5, 0.5}}};
  return chart;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

TEST(Chart, SvgHasTitlesTicksAndALegend) {
  const std::string svg = chart_svg(two_lines());
  for (const char* text :
       {">Title<", ">across<", ">up<", ">rising<", ">flat<", ">0<", ">10<", ">0.2<", ">1<"})
    EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_EQ(count(svg, "#0072b2"), 2u);  // the first line and its sample in the legend
  EXPECT_EQ(count(svg, "<svg"), count(svg, "</svg>"));
}

TEST(Chart, SvgEscapesNames) {
  data::Chart chart = two_lines();
  chart.series[0].name = "a<b>&\"c\"";
  const std::string svg = chart_svg(chart);
  EXPECT_THAT(svg, HasSubstr("a&lt;b&gt;&amp;&quot;c&quot;"));
  EXPECT_THAT(svg, Not(HasSubstr("a<b")));
}

// The line runs from corner to corner of the plot; the legend begins right of column 655.
TEST(Chart, PixelsFollowTheSeries) {
  data::Chart chart = two_lines();
  chart.series.erase(chart.series.begin() + 1);
  const data::Image image = chart_image(chart);
  ASSERT_EQ(image.height, chart.height);
  ASSERT_EQ(image.width, chart.width);
  const auto is_blue = [&](int i, int j) {
    return image.at(i, j)[2] > 150 && image.at(i, j)[0] < 60;
  };
  int top = -1, bottom = -1, left = image.width, right = -1;
  for (int i = 0; i < image.height; ++i) {
    for (int j = 0; j < 655; ++j) {
      if (!is_blue(i, j)) continue;
      if (top < 0) top = i;
      bottom = i;
      left = std::min(left, j);
      right = std::max(right, j);
    }
  }
  EXPECT_NEAR(left, 76, 2);
  EXPECT_NEAR(top, 84, 2);
  EXPECT_NEAR(bottom, chart.height - 78, 2);
  EXPECT_TRUE(is_blue((top + bottom) / 2, (left + right) / 2));
}

TEST(Chart, BreaksLinesWhereAValueIsNotFinite) {
  data::Chart chart = two_lines();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  chart.series = {{"gap", {0, 1, 2, 3, 4}, {0, 0.1, nan, 0.3, 0.4}}};
  EXPECT_EQ(count(chart_svg(chart), "#0072b2"), 3u);
}

TEST(Chart, DashesTheEighthLineWithTheFirstColour) {
  data::Chart chart = two_lines();
  for (int k = 0; k < 6; ++k) chart.series.push_back({"more", {0, 10}, {0.1 * k, 0.1 * k}});
  EXPECT_GT(count(chart_svg(chart), "#0072b2"), 20u);
  EXPECT_FALSE(chart_image(chart).empty());
}

TEST(Chart, DotsMarkEachPoint) {
  data::Chart chart = two_lines();
  chart.series = {{"one", {5}, {0.5}}};
  EXPECT_EQ(count(chart_svg(chart), "#0072b2"), 1u);  // the legend's: one point is no line
  chart.series[0].dots = true;
  EXPECT_EQ(count(chart_svg(chart), "#0072b2"), 2u);
  const data::Image image = chart_image(chart);
  const std::uint8_t* middle = image.at((84 + chart.height - 78) / 2, (76 + 900 - 28 - 230) / 2);
  EXPECT_GT(middle[2], 150);
  EXPECT_LT(middle[0], 60);
}

TEST(Chart, PaleLinesKeepTheirColoursPlace) {
  data::Chart chart = two_lines();
  chart.series[1].colour = 0;
  chart.series[1].pale = true;
  EXPECT_EQ(count(chart_svg(chart), "#d55e00"), 0u);
  EXPECT_EQ(count(chart_svg(chart), "#aad0e5"), 2u);  // two thirds of the way to white
}

TEST(Chart, InlineSvgLeavesColoursAndFontToThePage) {
  data::Chart chart = two_lines();
  chart.series[1].pale = true;
  const std::string svg = chart_svg_inline(chart, "a \"name\"");
  EXPECT_THAT(svg, HasSubstr("aria-label=\"a &quot;name&quot;\""));
  EXPECT_THAT(svg, HasSubstr("class=\"c0\""));
  EXPECT_THAT(svg, HasSubstr("class=\"c1 pale\""));
  EXPECT_EQ(count(svg, "class=\"grid\""), 1u);  // all of it in one path
  for (const char* foreign : {"#", "font", ">Title<", ">rising<", "http"})
    EXPECT_THAT(svg, Not(HasSubstr(foreign)));
}

TEST(Chart, InlineSvgMakesRoomForLongTickLabels) {
  data::Chart chart = two_lines();
  const auto first_x = [](const std::string& svg) {
    return std::stod(svg.substr(svg.find(" d=\"M") + 5));
  };
  const double narrow = first_x(chart_svg_inline(chart, ""));
  chart.y = {"up", 0, 0.0001};
  EXPECT_GT(first_x(chart_svg_inline(chart, "")), narrow + 10);
}

TEST(Chart, RefusesBadRequests) {
  data::Chart unequal = two_lines();
  unequal.series[0].x.push_back(3);
  EXPECT_THROW(chart_svg(unequal), InvalidInput);
  data::Chart backwards = two_lines();
  backwards.x = {"across", 1, 1};
  EXPECT_THROW(chart_image(backwards), InvalidInput);
  data::Chart tiny = two_lines();
  tiny.width = 20;
  EXPECT_THROW(chart_svg(tiny), InvalidInput);
}

}  // namespace
}  // namespace salix::testing
