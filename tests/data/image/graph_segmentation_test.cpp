// Regions: connected, without gaps, along edges, and no more than asked for.
#include "data/image/graph_segmentation.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "data/image/gaussian_blur.h"
#include "tests/data/image/image_support.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

using ::testing::HasSubstr;

// How many pieces, joined along sides, pixels of equal id make.
int pieces(const Image& ids) {
  Image seen(ids.height, ids.width, 1);
  int count = 0;
  for (int i = 0; i < ids.height; ++i) {
    for (int j = 0; j < ids.width; ++j) {
      if (*seen.at(i, j) != 0) continue;
      ++count;
      std::vector<std::pair<int, int>> open{{i, j}};
      *seen.at(i, j) = 1;
      while (!open.empty()) {
        const auto [y, x] = open.back();
        open.pop_back();
        for (const auto& [down, right] :
             std::initializer_list<std::pair<int, int>>{{0, 1}, {1, 0}, {0, -1}, {-1, 0}}) {
          const int v = y + down, u = x + right;
          if (v < 0 || u < 0 || v >= ids.height || u >= ids.width) continue;
          if (*seen.at(v, u) != 0 || *ids.at(v, u) != *ids.at(y, x)) continue;
          *seen.at(v, u) = 1;
          open.emplace_back(v, u);
        }
      }
    }
  }
  return count;
}

std::vector<FloatMap> channels_of(const Image& image) {
  std::vector<FloatMap> channels;
  for (int c = 0; c < image.channels; ++c) channels.push_back(channel_map(image, c));
  return channels;
}

TEST(GraphSegmentation, CutsAlongEdges) {
  Image image(40, 60, 3, 50);
  for (int i = 10; i < 30; ++i)
    for (int j = 20; j < 45; ++j) image.at(i, j)[1] = 220;
  const Image ids = graph_segmentation(channels_of(image));
  for (int i = 0; i < 40; ++i)
    for (int j = 0; j < 60; ++j)
      EXPECT_EQ(*ids.at(i, j), i >= 10 && i < 30 && j >= 20 && j < 45 ? 1 : 0);
}

TEST(GraphSegmentation, RegionsAreWholeNumberedAndAsFewAsAsked) {
  const std::vector<FloatMap> noisy = channels_of(noise(60, 80, 3, 3));
  for (const int most : {130, 20, 1}) {
    const Image ids =
        graph_segmentation(noisy, {.scale = 1.0f, .least_size = 4, .most_regions = most});
    const std::set<std::uint8_t> names(ids.pixels.begin(), ids.pixels.end());
    EXPECT_LE(names.size(), static_cast<std::size_t>(most));
    EXPECT_EQ(*names.rbegin() + 1u, names.size());  // no gaps
    EXPECT_EQ(pieces(ids), static_cast<int>(names.size()));
    EXPECT_EQ(ids.pixels.front(), 0);
  }
  const Image ids = graph_segmentation(noisy, {.scale = 1.0f, .least_size = 30});
  for (int id = 0; id <= *std::max_element(ids.pixels.begin(), ids.pixels.end()); ++id)
    EXPECT_GE(std::count(ids.pixels.begin(), ids.pixels.end(), id), 30);
}

// A ramp has no edge, however far its ends are apart; scale says how much of one still is none.
TEST(GraphSegmentation, ALargerScaleJoinsMore) {
  const std::vector<FloatMap> noisy{gaussian_blur(channel_map(noise(60, 80, 1, 4), 0), 1.0f)};
  const auto regions = [&](float scale) {
    const Image ids = graph_segmentation(
        noisy, {.scale = scale, .least_size = 1, .least_thickness = 0.0f, .most_regions = 256});
    return *std::max_element(ids.pixels.begin(), ids.pixels.end()) + 1;
  };
  EXPECT_GT(regions(300.0f), regions(3000.0f));
  FloatMap ramp(10, 256);
  for (int i = 0; i < 10; ++i)
    for (int j = 0; j < 256; ++j) ramp.row(i)[j] = static_cast<float>(j);
  const Image one = graph_segmentation(std::span(&ramp, 1));
  EXPECT_EQ(*std::max_element(one.pixels.begin(), one.pixels.end()), 0);
}

TEST(GraphSegmentation, ASoftEdgeIsNoRegion) {
  FloatMap step(60, 80, 60.0f);
  for (int i = 0; i < 60; ++i) std::fill(step.row(i) + 40, step.row(i) + 80, 200.0f);
  const std::vector<FloatMap> soft{gaussian_blur(step, 0.8f)};
  const auto regions = [&](float thickness) {
    const Image ids = graph_segmentation(soft, {.least_thickness = thickness});
    return *std::max_element(ids.pixels.begin(), ids.pixels.end()) + 1;
  };
  EXPECT_GT(regions(0.0f), 2);  // columns of their own along the edge
  EXPECT_EQ(regions(1.2f), 2);
}

TEST(GraphSegmentation, RefusesBadRequests) {
  using salix::testing::error_of;
  EXPECT_THAT(error_of([] { graph_segmentation({}); }), HasSubstr("at least one channel"));
  const std::vector<FloatMap> uneven{FloatMap(2, 3), FloatMap(3, 2)};
  EXPECT_THAT(error_of([&] { graph_segmentation(uneven); }),
              HasSubstr("must have one size; got 2 x 3 and 3 x 2"));
  const std::vector<FloatMap> small{FloatMap(2, 3)};
  EXPECT_THAT(error_of([&] { graph_segmentation(small, {.most_regions = 257}); }),
              HasSubstr("regions 1..256; got 300, 50, 257"));
}

}  // namespace
}  // namespace salix::data::testing
