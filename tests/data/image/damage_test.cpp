// A thousand flipped bits and a thousand cut ends for each format of pictures: never another
// picture in silence, where the format has a checksum. docs/images.md has the shares.
#include <gtest/gtest.h>

#include <iostream>

#include "data/image/image_io.h"
#include "data/scenes/synthetic_scene.h"
#include "tests/data/image/image_support.h"
#include "tests/support/damage.h"

namespace salix::data {
namespace {

using salix::testing::cut_off;
using salix::testing::DamageCount;
using salix::testing::flip_bits;
using salix::testing::flip_every_bit;
using testing::file_bytes;
using testing::golden;

constexpr int kTimes = 1000;

std::vector<std::uint8_t> pixels(std::span<const std::uint8_t> bytes) {
  return decode_rgb(bytes, "damaged", {.max_pixels = 1 << 16}).pixels;
}

// A golden file, or a painted scene of 96 x 128 pixels, whose pixels are most of its file.
std::vector<std::uint8_t> file_called(const std::string& name) {
  if (!name.starts_with("painted")) return file_bytes(golden(name));
  const Image scene = paint_scene(1, 0, {.height = 96, .width = 128}).image;
  return name.ends_with(".png") ? encode_png(scene) : encode_jpeg(scene);
}

DamageCount counted(const std::string& name, const DamageCount& count) {
  std::cout << name << ": of " << count.all() << " flipped bits " << count.refused << " refused, "
            << count.same << " without effect, " << count.different << " another picture\n";
  ::testing::Test::RecordProperty(name, count.different);
  return count;
}

TEST(ImageDamage, EveryFlippedBitOfAPngIsRefused) {
  for (const std::string name :
       {"rgb.png", "palette_alpha.png", "grey_16bit.png", "rgb_interlaced.png", "one_bit.png"}) {
    const DamageCount count = counted(name, flip_every_bit(file_called(name), 0, pixels));
    EXPECT_EQ(count.refused, count.all()) << name;
  }
  EXPECT_EQ(counted("painted.png", flip_bits(file_called("painted.png"), kTimes, pixels)).refused,
            kTimes);
}

// These have no checksum. The bounds only say that the checks are there at all.
TEST(ImageDamage, FlippedBitsOfJpegAndBmpAreSeenInPart) {
  const auto flips = [](const std::string& name) {
    return counted(name, flip_bits(file_called(name), kTimes, pixels)).share_different();
  };
  EXPECT_LT(flips("painted.jpg"), 0.999);
  EXPECT_LT(flips("420.jpg"), 0.75);
  EXPECT_LT(flips("progressive.jpg"), 0.75);
  EXPECT_LT(flips("palette.bmp"), 0.999);
  EXPECT_LT(flips("rgb.bmp"), 0.999);
}

TEST(ImageDamage, NoCutFileIsRead) {
  for (const std::string name :
       {"painted.png", "painted.jpg", "rgb.png", "rgb_interlaced.png", "palette_alpha.png",
        "420.jpg", "progressive.jpg", "grey.jpg", "rgb.bmp", "palette.bmp"}) {
    EXPECT_EQ(cut_off(file_called(name), kTimes, pixels).refused, kTimes) << name;
  }
}

}  // namespace
}  // namespace salix::data
