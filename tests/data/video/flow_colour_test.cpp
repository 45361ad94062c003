// The colour wheel of optical flow: known colours at known directions.
#include "data/video/flow_colour.h"

#include <gtest/gtest.h>

#include "engine/error.h"

namespace salix::data {
namespace {

void expect_colour(Rgb found, int r, int g, int b) {
  EXPECT_EQ(found.r, r);
  EXPECT_EQ(found.g, g);
  EXPECT_EQ(found.b, b);
}

// By hand from the wheel's 55 colours: a quarter turn is 13.5 of them.
TEST(FlowColour, FollowsTheBenchmarksWheel) {
  expect_colour(flow_colour(0.0f, 0.0f), 255, 255, 255);
  expect_colour(flow_colour(1.0f, 0.0f), 255, 0, 0);              // colour 0: red
  expect_colour(flow_colour(0.0f, 1.0f), 255, 255 * 27 / 30, 0);  // 13.5 of 15 to yellow
  expect_colour(flow_colour(-1.0f, 0.0f), 0, 255 * 9 / 11, 255);  // 27: two past cyan, to blue
  expect_colour(flow_colour(0.0f, -1.0f), 255 * 9 / 26, 0, 255);  // 40.5: 4.5 of 13 to magenta
  expect_colour(flow_colour(0.5f, 0.0f), 255, 127, 127);          // half the length: half white
  expect_colour(flow_colour(9.0f, 0.0f), 255, 0, 0);
}

TEST(FlowColour, ScalesAFieldByARadius) {
  const FlowField flow{1, 3, {4.0f, 0.0f, 2.0f}, {0.0f, 0.0f, 0.0f}};
  EXPECT_EQ(std::vector<std::uint8_t>({255, 0, 0, 255, 255, 255, 255, 127, 127}),
            colour_flow(flow, 4.0f).pixels);
  EXPECT_EQ(std::vector<std::uint8_t>({255, 0, 0, 255, 255, 255, 255, 0, 0}),
            colour_flow(flow, 2.0f).pixels);
}

TEST(FlowColour, TakesTheRadiusOfAPartOfTheMotions) {
  const FlowField flow{1, 4, {3.0f, 0.0f, -1.0f, 2.0f}, {4.0f, 0.0f, 0.0f, 0.0f}};
  EXPECT_EQ(flow_radius(flow), 5.0f);
  EXPECT_EQ(flow_radius(flow, 0.75), 2.0f);
  EXPECT_EQ(flow_radius(flow, 0.5), 1.0f);
  EXPECT_EQ(flow_radius({1, 1, {0.0f}, {0.0f}}), 1e-3f);
  EXPECT_THROW(flow_radius(flow, 0.0), InvalidInput);
}

}  // namespace
}  // namespace salix::data
