// Painted scenes: repeatable, within their promises, and worth looking at.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/scenes/synthetic_scene.h"
#include "engine/error.h"
#include "engine/parallel.h"
#include "tests/data/image/image_support.h"

namespace salix::data {
namespace {

double covered_part(const Image& mask) {
  const auto on = std::count(mask.pixels.begin(), mask.pixels.end(), 255);
  return static_cast<double>(on) / static_cast<double>(mask.pixels.size());
}

TEST(PaintScene, RepeatsForAnyNumberOfThreads) {
  const int before = thread_count();
  set_thread_count(1);
  const Scene first = paint_scene(5, 3);
  set_thread_count(3);
  const Scene again = paint_scene(5, 3);
  set_thread_count(before);
  EXPECT_EQ(first.image.pixels, again.image.pixels);
  EXPECT_EQ(first.mask.pixels, again.mask.pixels);
}

TEST(PaintScene, DiffersBySeedAndIndex) {
  const SceneParams params{.height = 60, .width = 80};
  std::set<std::uint64_t> pictures;
  for (const std::uint64_t seed : {1u, 2u})
    for (const std::uint32_t index : {0u, 1u, 2u})
      pictures.insert(testing::fnv(paint_scene(seed, index, params).image.pixels));
  EXPECT_EQ(pictures.size(), 6u);
}

TEST(PaintScene, HasABinaryMaskOfASensibleSizeInEveryScene) {
  const SceneParams params{.height = 90, .width = 120};
  for (std::uint32_t index = 0; index < 60; ++index) {
    const Scene scene = paint_scene(11, index, params);
    for (const std::uint8_t value : scene.mask.pixels) ASSERT_TRUE(value == 0 || value == 255);
    EXPECT_GT(covered_part(scene.mask), 0.01) << index;
    EXPECT_LT(covered_part(scene.mask), 0.5) << index;
  }
}

// What makes an object salient here is its colour: inside and outside must differ clearly in
// most scenes, or nothing could be learned from them.
TEST(PaintScene, PaintsObjectsApartFromTheirGround) {
  const SceneParams params{.height = 90, .width = 120};
  int distinct = 0;
  for (std::uint32_t index = 0; index < 40; ++index) {
    const Scene scene = paint_scene(12, index, params);
    double sum[2][3] = {}, count[2] = {};
    for (std::size_t k = 0; k < scene.mask.pixels.size(); ++k) {
      const int inside = scene.mask.pixels[k] != 0;
      ++count[inside];
      for (std::size_t c = 0; c < 3; ++c) sum[inside][c] += scene.image.pixels[3 * k + c];
    }
    double distance = 0.0;
    for (int c = 0; c < 3; ++c) distance += std::abs(sum[1][c] / count[1] - sum[0][c] / count[0]);
    distinct += distance > 60.0;
  }
  EXPECT_GE(distinct, 32);
}

TEST(PaintScene, WorksAtOddSizesAndRefusesTinyOnes) {
  const Scene scene = paint_scene(1, 1, {.height = 17, .width = 301});
  EXPECT_EQ(scene.image.pixels.size(), 17u * 301u * 3u);
  EXPECT_THROW(paint_scene(1, 1, {.height = 15, .width = 100}), InvalidInput);
  EXPECT_THROW(paint_scene(1, 1, {.max_objects = 0}), InvalidInput);
}

}  // namespace
}  // namespace salix::data
