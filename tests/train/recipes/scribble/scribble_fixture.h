// A sample to learn from scribbles, in files of a temporary folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "data/image/image_io.h"
#include "data/sets/dataset.h"
#include "tests/data/image/image_support.h"
#include "tests/support/scratch.h"
#include "train/recipes/scribble/scribble_sample.h"

namespace salix::testing {

// Room for all fields.
struct LoadedScribbles {
  explicit LoadedScribbles(int size)
      : pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)),
        image(3 * pixels, -9.0f),
        depth(3 * pixels, -9.0f),
        semantic(pixels, -9.0f),
        instance(pixels, -9.0f),
        contour(pixels, -9.0f) {}
  ScribbleSpans spans() { return {image, depth, semantic, instance, contour}; }

  std::size_t pixels;
  std::vector<float> image, depth, semantic, instance, contour;
};

class ScribbleFixture : public ::testing::Test {
 protected:
  std::filesystem::path put(const std::string& name, const data::Image& image) const {
    std::filesystem::path path = folder.path() / name;
    const auto bytes = data::encode_png(image);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  data::SampleFiles put_sample(const data::Image& image, const data::Image& depth,
                               const data::Image& scribbles, const data::Image& regions,
                               const data::Image& contours) const {
    data::SampleFiles files;
    files.task = data::Task::kDepth;
    files.set = "set";
    files.name = "name";
    files.image = put("image.png", image);
    files.modality = put("depth.png", depth);
    files.mask = put("scribbles.png", scribbles);
    files.regions = put("regions.png", regions);
    files.contours = put("contours.png", contours);
    return files;
  }
  // The same as files() of tests/golden/make_scribble.py.
  data::SampleFiles put_noise(int height, int width, int regions = 100) const {
    const auto noise = [=](int channels, std::uint32_t seed, int levels) {
      data::Image image = data::testing::noise(height, width, channels, seed);
      for (std::uint8_t& level : image.pixels) level = static_cast<std::uint8_t>(level % levels);
      return image;
    };
    data::Image scribbles = noise(1, 13, 3);
    scribbles.pixels[0] = 1;
    return put_sample(noise(3, 11, 256), noise(1, 12, 256), scribbles, noise(1, 14, regions),
                      noise(1, 15, 256));
  }
  static LoadedScribbles load(const data::SampleFiles& files, int size,
                              const data::SampleRequest& request, ScribbleLook look = {}) {
    LoadedScribbles loaded(size);
    look.size = size;
    load_scribble_sample(files, request, look, loaded.spans());
    return loaded;
  }
  ScratchFolder folder;
};

}  // namespace salix::testing
