// Photographs beside the checkout, where there are any (../shared/data): they are not ours to
// keep in the repository.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/image/image_io.h"
#include "data/image/normalize.h"
#include "data/image/resize_pillow.h"
#include "data/sets/file_list.h"
#include "engine/error.h"
#include "tests/support/paths.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

// The first shared/data next to this checkout or above it.
fs::path shared_data() {
  fs::path folder = salix::testing::source_folder();
  for (int up = 0; up < 3; ++up) {
    folder = folder.parent_path();
    if (fs::is_directory(folder / "shared" / "data")) return folder / "shared" / "data";
  }
  return {};
}

TEST(RealImages, DecodeAndBecomeNetworkInputs) {
  const fs::path root = shared_data();
  if (root.empty()) GTEST_SKIP() << "no shared/data beside the checkout";
  const std::vector<std::string> inputs = {root.string()};
  const std::vector<fs::path> images = list_images(inputs, /*recursive=*/true);
  std::vector<float> x(std::size_t{320} * 320 * 3);
  int decoded = 0;
  for (std::size_t k = 0; k < images.size(); k += 16) {
    SCOPED_TRACE(images[k].string());
    const Image image = read_rgb(images[k]);
    const Image small = resize_bicubic_pillow(image, 320, 320);
    normalize_rgb(small, x);
    const Image back = denormalize_rgb(x, 320, 320);
    for (std::size_t p = 0; p < back.pixels.size(); ++p)
      ASSERT_LE(small.pixels[p] - back.pixels[p], 1);
    ++decoded;
  }
  EXPECT_GT(decoded, 0);
}

// A mask of these sets has the size of its image, and both classes.
TEST(RealImages, MasksMatchTheirImages) {
  const fs::path root = shared_data();
  if (root.empty() || !fs::is_directory(root / "ecssd" / "masks"))
    GTEST_SKIP() << "no shared/data/ecssd beside the checkout";
  const std::vector<std::string> inputs = {(root / "ecssd" / "masks").string()};
  const std::vector<fs::path> masks = list_images(inputs);
  for (std::size_t k = 0; k < masks.size(); k += 40) {
    SCOPED_TRACE(masks[k].string());
    const Image mask = read_grey(masks[k]);
    const fs::path photo =
        root / "ecssd" / "images" / masks[k].filename().replace_extension(".jpg");
    const Image image = read_rgb(photo);
    EXPECT_EQ(image.height, mask.height);
    EXPECT_EQ(image.width, mask.width);
    std::vector<float> target(mask.pixels.size());
    normalize_mask(mask, target);
    EXPECT_EQ(*std::min_element(target.begin(), target.end()), 0.0f);
    EXPECT_GT(*std::max_element(target.begin(), target.end()), 0.999f);
  }
}

}  // namespace
}  // namespace salix::data
