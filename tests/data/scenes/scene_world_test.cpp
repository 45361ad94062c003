// Scene worlds: what the modalities promise about each other, and motion that is exact.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "data/scenes/scene_layers.h"
#include "engine/error.h"
#include "engine/parallel.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

SceneWorld world_of(std::uint32_t index, WorldParams params = {.height = 90, .width = 120}) {
  return {PhiloxKey{31, 77, index}, params};
}

// Mean of `channels` values per pixel where the mask is on and where it is off.
struct InsideOutside {
  double inside = 0.0, outside = 0.0;
};
InsideOutside means(const Image& image, const Image& mask) {
  double sum[2] = {}, count[2] = {};
  for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
    const int on = mask.pixels[k] != 0 ? 1 : 0;
    for (int c = 0; c < image.channels; ++c)
      sum[on] +=
          image.pixels[k * static_cast<std::size_t>(image.channels) + static_cast<std::size_t>(c)];
    count[on] += image.channels;
  }
  return {sum[1] / count[1], sum[0] / count[0]};
}

TEST(SceneWorldTest, PaintsTheSamePixelsForAnyNumberOfThreads) {
  const int before = thread_count();
  const SceneWorld world = world_of(1);
  const auto paint = [&](int threads) {
    set_thread_count(threads);
    const BodyMap map = map_bodies(world, 2.0f);
    std::vector<std::uint64_t> hashes = {testing::fnv(paint_colour(world, 2.0f).pixels),
                                         testing::fnv(paint_mask(world, map).pixels),
                                         testing::fnv(paint_depth(world, map, 2.0f).pixels),
                                         testing::fnv(paint_thermal(world, 2.0f).pixels)};
    set_thread_count(before);
    return hashes;
  };
  EXPECT_EQ(paint(1), paint(3));
}

TEST(SceneWorldTest, ShowsSomethingSalientOfASensibleSizeInEveryScene) {
  double total = 0.0;
  for (std::uint32_t index = 0; index < 60; ++index) {
    const SceneWorld world = world_of(index);
    const Image mask = paint_mask(world, map_bodies(world, 0.0f));
    const double part = std::accumulate(mask.pixels.begin(), mask.pixels.end(), 0.0) / 255.0 /
                        static_cast<double>(mask.pixels.size());
    EXPECT_GT(part, 0.005) << index;
    EXPECT_LT(part, 0.6) << index;
    total += part;
  }
  EXPECT_GT(total / 60, 0.06);
}

// A point of a body, followed by the flow, must be the same point of the same body in the next
// frame: its depth inside the outline says where on the body it is.
TEST(SceneWorldTest, FlowLeadsEachPixelToItself) {
  int followed = 0, kept = 0, moved = 0;
  for (std::uint32_t index = 0; index < 12; ++index) {
    const SceneWorld world = world_of(index, {.height = 180, .width = 240});
    const BodyMap now = map_bodies(world, 3.0f), next = map_bodies(world, 4.0f);
    const FlowField flow = flow_field(world, now, 3.0f);
    for (int i = 0; i < 180; ++i) {
      for (int j = 0; j < 240; ++j) {
        const auto at = static_cast<std::size_t>(i) * 240 + static_cast<std::size_t>(j);
        if (now.body[at] < 0 || now.relief[at] < 0.15f) continue;  // not at outlines
        const int to_i = static_cast<int>(std::lround(static_cast<float>(i) + flow.down[at]));
        const int to_j = static_cast<int>(std::lround(static_cast<float>(j) + flow.right[at]));
        if (to_i < 0 || to_j < 0 || to_i >= 180 || to_j >= 240) continue;
        const auto to = static_cast<std::size_t>(to_i) * 240 + static_cast<std::size_t>(to_j);
        ++followed;
        moved += std::hypot(flow.right[at], flow.down[at]) > 1.0f ? 1 : 0;
        // Rounding to whole pixels moves the point by up to 0.7 pixels.
        kept += now.body[at] == next.body[to] && std::abs(now.relief[at] - next.relief[to]) < 0.12f
                    ? 1
                    : 0;
      }
    }
  }
  EXPECT_GT(moved, followed / 4);
  EXPECT_GT(kept, 0.95 * followed);
}

TEST(SceneWorldTest, FlowOfTheGroundIsTheCameras) {
  const SceneWorld world = world_of(4);
  const BodyMap map = map_bodies(world, 0.0f);
  const FlowField flow = flow_field(world, map, 0.0f);
  ASSERT_EQ(map.body[0], -1);
  const Point point = world.ground_pose(0.0f).inverse().apply({0.5f, 0.5f});
  const Point next = world.ground_pose(1.0f).apply(point);
  EXPECT_NEAR(flow.right[0], next.x - 0.5f, 1e-3f);
  EXPECT_NEAR(flow.down[0], next.y - 0.5f, 1e-3f);
}

TEST(SceneWorldTest, NearerBodiesAreBrighterInDepth) {
  for (std::uint32_t index = 0; index < 20; ++index) {
    const SceneWorld world = world_of(index);
    const BodyMap map = map_bodies(world, 0.0f);
    const Image depth = paint_depth(world, map, 0.0f);
    double sum[32] = {}, count[32] = {};
    for (std::size_t k = 0; k < map.body.size(); ++k) {
      // Well inside: at edges the sensor errs by a pixel or two.
      if (map.body[k] < 0 || map.relief[k] < 0.4f) continue;
      sum[map.body[k]] += depth.pixels[k];
      ++count[map.body[k]];
    }
    double farther = 0.0;
    for (std::size_t body = 0; body < world.bodies().size(); ++body) {
      if (count[body] < 60 || !world.bodies()[body].salient) continue;
      EXPECT_GT(sum[body] / count[body], farther - 12.0) << index;  // reliefs differ
      farther = sum[body] / count[body];
    }
  }
}

TEST(SceneWorldTest, HeatShowsWhatTheNightHides) {
  const WorldParams params{.height = 90, .width = 120, .at_night = 1.0f};
  int shown = 0;
  for (std::uint32_t index = 0; index < 20; ++index) {
    const SceneWorld world = world_of(index, params);
    const Image mask = paint_mask(world, map_bodies(world, 0.0f));
    const InsideOutside colour = means(paint_colour(world, 0.0f), mask);
    const InsideOutside heat = means(paint_thermal(world, 0.0f), mask);
    EXPECT_LT(std::abs(colour.inside - colour.outside), 40.0) << index;
    shown += std::abs(heat.inside - heat.outside) > 25.0 ? 1 : 0;
  }
  EXPECT_GE(shown, 16);
}

TEST(SceneWorldTest, RefusesTinyPictures) {
  EXPECT_THROW(world_of(0, {.height = 31, .width = 100}), InvalidInput);
}

TEST(SimilarityTest, InvertsAndComposes) {
  const Similarity first = Similarity::of(1.5f, 0.4f, 7.0f, -2.0f),
                   second = Similarity::of(0.5f, -1.0f, 1.0f, 9.0f);
  const Point p = second.apply(first.apply({3.0f, 4.0f})),
              q = second.after(first).apply({3.0f, 4.0f});
  EXPECT_NEAR(p.x, q.x, 1e-5f);
  EXPECT_NEAR(p.y, q.y, 1e-5f);
  const Point back = first.inverse().apply(first.apply({3.0f, 4.0f}));
  EXPECT_NEAR(back.x, 3.0f, 1e-5f);
  EXPECT_NEAR(back.y, 4.0f, 1e-5f);
  EXPECT_NEAR(first.scale(), 1.5f, 1e-6f);
}

}  // namespace
}  // namespace salix::data
