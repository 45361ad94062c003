// Small data sets in a temporary folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/image/image_io.h"
#include "tests/data/image/image_support.h"
#include "tests/support/scratch.h"

namespace salix::data::testing {

// Writes an image of noise at root/name, making its folder. JPEG or PNG by extension.
inline void put_image(const std::filesystem::path& path, int channels = 3, std::uint32_t seed = 1,
                      int height = 12, int width = 10) {
  std::filesystem::create_directories(path.parent_path());
  const Image image = noise(height, width, channels, seed);
  const auto bytes = path.extension() == ".png" ? encode_png(image) : encode_jpeg(image);
  // Not write_image(): it waits for the disk, which these tests need not.
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// An image, a mask and (where the task has one) a modality in the task's own layout.
inline void put_sample(const std::filesystem::path& root, char task, const std::string& set,
                       const std::string& name, std::uint32_t seed = 1) {
  switch (task) {
    case 'c':
      put_image(root / set / "images" / (name + ".jpg"), 3, seed);
      put_image(root / set / "segmentations" / (name + ".png"), 1, seed);
      break;
    case 'd':
      put_image(root / "RGBD" / set / "image" / (name + ".jpg"), 3, seed);
      put_image(root / "RGBD" / set / "mask" / (name + ".png"), 1, seed);
      put_image(root / "RGBD" / set / "depth" / (name + ".png"), 1, seed + 1);
      break;
    case 'o':
      put_image(root / "vsod" / set / "JPEGImages" / (name + ".jpg"), 3, seed);
      put_image(root / "vsod" / set / "Annotations" / (name + ".png"), 1, seed);
      put_image(root / "vsod" / set / "optical" / (name + ".jpg"), 3, seed + 1);
      break;
    case 't':
      put_image(root / "RGBT" / set / "RGB" / (name + ".jpg"), 3, seed);
      put_image(root / "RGBT" / set / "GT" / (name + ".png"), 1, seed);
      put_image(root / "RGBT" / set / "T" / (name + ".jpg"), 3, seed + 1);
      break;
    default:
      break;
  }
}

}  // namespace salix::data::testing
