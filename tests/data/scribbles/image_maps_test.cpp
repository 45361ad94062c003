// Regions and contours of pictures, and the list that names them.
#include "data/scribbles/image_maps.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "data/scribbles/made_folder.h"
#include "data/scribbles/scribble_list.h"
#include "data/sets/list_file.h"
#include "tests/data/image/image_support.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"

namespace salix::data::testing {
namespace {

namespace fs = std::filesystem;
using salix::testing::error_of;
using salix::testing::ScratchFolder;
using ::testing::Each;
using ::testing::HasSubstr;

Image two_halves(int height, int width, int channels) {
  Image image(height, width, channels, 60);
  for (int i = 0; i < height; ++i)
    std::fill(image.at(i, width / 2), image.row(i) + image.row_size(), std::uint8_t{200});
  return image;
}

TEST(RegionMap, FollowsColourAndDepth) {
  const Image even(60, 80, 3, 100);
  EXPECT_THAT(region_map(even, {}).pixels, Each(0));
  const Image by_depth = region_map(even, two_halves(60, 80, 1));
  EXPECT_EQ(*by_depth.at(30, 10), 0);
  EXPECT_EQ(*by_depth.at(30, 70), 1);
}

// Stored as trunc(255 (id + 1) / M) in float32 and read as the nearest of M v / 255, ids must come
// back: that is why there are no more than these.
TEST(RegionMap, HasSoFewRegionsThatTheirStoredFormIsExact) {
  for (const auto& [height, width] : {std::pair{90, 120}, {700, 900}}) {
    const Image image = noise(height, width, 3, 5);
    const Image ids = region_map(image, noise(height, width, 1, 6));
    EXPECT_EQ(ids.height, height);
    EXPECT_EQ(ids.width, width);
    const int regions = *std::max_element(ids.pixels.begin(), ids.pixels.end()) + 1;
    EXPECT_LE(regions, kMostRegions);
  }
  for (int count = 1; count <= kMostRegions; ++count) {
    for (int id = 0; id < count; ++id) {
      const float part = static_cast<float>(id + 1) / static_cast<float>(count);
      const auto stored = static_cast<std::uint8_t>(part * 255.0f);
      const float back = static_cast<float>(stored) / 255.0f * static_cast<float>(count);
      ASSERT_EQ(std::lrint(back), id + 1) << count;
    }
  }
}

TEST(ContourMap, IsBrightAlongEdgesAndDarkElsewhere) {
  const Image image = two_halves(60, 80, 3);
  const Image contours = contour_map(image, {});
  EXPECT_GT(*contours.at(30, 40), 200);
  EXPECT_EQ(*contours.at(30, 10), 0);
  const Image even(60, 80, 3, 100);
  EXPECT_THAT(contour_map(even, {}).pixels, Each(0));
  EXPECT_GT(*contour_map(even, two_halves(60, 80, 1)).at(30, 40), 200);  // depth's alone
  const Image large = contour_map(two_halves(600, 800, 3), {});
  EXPECT_EQ(large.height, 600);
  EXPECT_GT(*large.at(300, 400), 150);
}

TEST(ContourMap, RefusesDepthOfAnotherSize) {
  EXPECT_THAT(error_of([] { contour_map(Image(4, 5, 3), Image(5, 4, 1)); }),
              HasSubstr("of the image's size 4 x 5; got 5 x 4 x 1"));
  EXPECT_THAT(error_of([] { region_map(Image(4, 5, 1), {}); }), HasSubstr("must be RGB"));
}

TEST(ScribbleList, IsReadBackAsItWasWritten) {
  const ScratchFolder folder;
  const fs::path root = folder.path() / "data";
  fs::create_directories(root / "set");
  const ScribbleFiles files{root / "set/image/1.jpg", root / "set/depth/1.png",
                            root / "set/scribble/1.png", root / "set/regions/1.png",
                            folder.path() / "elsewhere/1.png"};
  const std::string line = scribble_list_line(files, root);
  EXPECT_EQ(line,
            "set/image/1.jpg set/depth/1.png set/scribble/1.png set/regions/1.png "
            "../elsewhere/1.png");
  write_scribble_list(root / scribble_list_name('d', "set"), {line, line});
  const auto lines = read_list_file(root / "d_set_scribble.txt", root);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].image, files.image);
  EXPECT_EQ(lines[0].depth, files.depth);
  EXPECT_EQ(lines[0].labels, files.scribbles);
  EXPECT_EQ(lines[1].instances, files.regions);
  EXPECT_EQ(lines[1].contours.lexically_normal(), files.contours);
  EXPECT_THAT(error_of([&] { listed_path(root / "my set/1.png", root); }),
              HasSubstr("no path may have one; got 'my set/1.png'"));
}

TEST(MadeFolder, IsToldFromOneOfAPerson) {
  const ScratchFolder folder;
  const fs::path place = folder.path() / "scribble";
  claim_made_folder(place);
  EXPECT_TRUE(is_made_folder(place));
  std::ofstream(place / "1.png") << "x";
  claim_made_folder(place);
  fs::create_directories(folder.path() / "drawn");
  std::ofstream(folder.path() / "drawn/1.png") << "x";
  EXPECT_THAT(error_of([&] { claim_made_folder(folder.path() / "drawn"); }),
              HasSubstr("has files that were not made by this command"));
}

}  // namespace
}  // namespace salix::data::testing
