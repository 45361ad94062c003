// `salix crf` as a user meets it: exit codes, messages, files.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "data/scenes/synthetic_scene.h"
#include "engine/io/npy.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::HasSubstr;

class CrfCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(images);
    fs::create_directories(maps);
    for (std::uint32_t i = 0; i < 3; ++i) {
      const data::Scene scene = data::paint_scene(4, i, {.height = 45, .width = 60});
      const std::string name = "scene" + std::to_string(i) + ".png";
      data::write_image(fs::path(images) / name, scene.image);
      data::write_image(fs::path(maps) / name, scene.mask);
    }
  }

  ScratchFolder folder;
  const std::string images = folder / "images", maps = folder / "maps", out = folder / "out";
};

TEST_F(CrfCommand, RefinesAFolderTheSameWithAnyThreads) {
  const Result one = salix_run({"crf", images, "--maps", maps, "-o", out, "--size", "48",
                                "--probability", "--threads", "1"});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("3 of 3 refined into"));
  const std::string out2 = folder / "out2";
  EXPECT_EQ(
      salix_run({"crf", images, "--maps", maps, "-o", out2, "--size", "48", "--threads", "2"}).code,
      0);
  for (const char* name : {"scene0", "scene1", "scene2"}) {
    const data::Image label = data::read_grey(fs::path(out) / (std::string(name) + ".png"));
    EXPECT_EQ(label.height, 45);
    EXPECT_EQ(label.width, 60);
    EXPECT_THAT(label.pixels, Each(::testing::AnyOf(0, 255)));
    EXPECT_EQ(label.pixels, data::read_grey(fs::path(out2) / (std::string(name) + ".png")).pixels);
    const io::Array q = io::read_npy(fs::path(out) / (std::string(name) + "_probability.npy"));
    EXPECT_EQ(q.shape, (Shape{48, 48}));
  }
  EXPECT_FALSE(fs::exists(fs::path(out2) / "scene0_probability.npy"));
}

TEST_F(CrfCommand, NamesBadFilesAndGoesOn) {
  fs::remove(fs::path(maps) / "scene0.png");
  std::ofstream(fs::path(images) / "scene2.png") << "no image";
  const Result result =
      salix_run({"crf", images, "--maps", maps, "-o", out, "--size", "0", "--json"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("skipped: crf: an image and its map must have one name; got no "
                                    "map 'scene0'"));
  EXPECT_THAT(result.err, HasSubstr("scene2.png"));
  EXPECT_THAT(result.err, HasSubstr("2 of 3 images failed"));
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["written"], 1);
  EXPECT_EQ(json["failed"].size(), 2u);
  EXPECT_TRUE(fs::exists(fs::path(out) / "scene1.png"));
}

TEST_F(CrfCommand, RefusesBadRequests) {
  const auto code = [&](const std::vector<std::string>& extra) {
    std::vector<std::string> arguments{"crf", images, "--maps", maps, "-o", out};
    arguments.insert(arguments.end(), extra.begin(), extra.end());
    return salix_run(arguments).code;
  };
  EXPECT_EQ(code({"--median", "4"}), 2);
  EXPECT_EQ(code({"--median", "x"}), 2);
  EXPECT_EQ(code({"--certainty", "1"}), 2);
  EXPECT_EQ(code({"--bilateral-rgb", "0"}), 2);
  EXPECT_EQ(code({"--gaussian-weight", "-1"}), 2);
  EXPECT_EQ(code({"--iterations", "-1"}), 2);
  fs::copy(fs::path(images) / "scene1.png", folder / "scene1.png");
  EXPECT_EQ(code({folder / "scene1.png"}), 2);  // two images of one name
  EXPECT_EQ(salix_run({"crf", images}).code, 2);
}

TEST_F(CrfCommand, RunsTheGpuKernelsOnSimt) {
  const std::string image = images + "/scene1.png", map = maps + "/scene1.png";
  const auto label = [&](const char* device) {
    const std::string to = folder / device;
    EXPECT_EQ(salix_run({"crf", image, "--map", map, "-o", to, "--size", "32", "--iterations", "2",
                         "--device", device})
                  .code,
              0);
    return data::read_grey(fs::path(to) / "scene1.png").pixels;
  };
  EXPECT_EQ(label("simt"), label("cpu"));
}

}  // namespace
}  // namespace salix::testing
