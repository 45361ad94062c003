// `salix features`: sets, list files and folders; what it refuses.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "tests/support/scratch.h"
#include "tests/tools/initial_weights.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FeaturesCommand : public ::testing::Test {
 protected:
  FeaturesCommand() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kDepth, .name = "tiny", .count = 2, .height = 60, .width = 80});
  }
  Result run(const std::string& network, const std::vector<std::string>& more) const {
    std::vector<std::string> words{"features", network, "--weight", initial_weights(network),
                                   "--device", "cpu",   "-o",       folder / "out"};
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  data::Image shown(const std::string& name) const {
    return data::read_rgb(folder.path() / "out" / name);
  }
  ScratchFolder folder;
  const std::string images = folder / "RGBD/tiny/image", depth = folder / "RGBD/tiny/depth";
};

TEST_F(FeaturesCommand, ShowsSetsListsAndFoldersAlike) {
  const Result sets = run(
      "sfnet", {"--data-path", folder.path().string(), "--test-set", "d=tiny", "--maps", "--json"});
  ASSERT_EQ(sets.code, 0) << sets.err;
  EXPECT_EQ(nlohmann::json::parse(sets.out)["sets"][0]["images"], 2);
  const data::Image colours = shown("d_tiny/0001.png");
  EXPECT_EQ(colours.height, 224);
  EXPECT_EQ(colours.width, 224);
  EXPECT_EQ(shown("d_tiny/classifier_div1/0002.png").height, 224);
  EXPECT_EQ(shown("d_tiny/classifier_before_fuse_div16/0002.png").height, 224);
  EXPECT_EQ(shown("d_tiny/classifier_contour_div1/0002.png").height, 224);
  EXPECT_GT(shown("d_tiny.png").width, 4 * 240);  // the sheet

  const Result folders = run("sfnet", {images, "--modality", depth, "--batch", "2"});
  ASSERT_EQ(folders.code, 0) << folders.err;
  EXPECT_THAT(folders.out, HasSubstr("d_image: 2 of 2 embeddings in"));
  const data::Image same = shown("d_image/0001.png");
  int differing = 0;
  for (std::size_t k = 0; k < same.pixels.size(); ++k)
    differing += std::abs(same.pixels[k] - colours.pixels[k]) > 1 ? 1 : 0;
  EXPECT_EQ(differing, 0);  // of another batch, which may round otherwise

  std::ofstream(folder / "LFSD.txt") << "RGBD/tiny/image/0002.jpg RGBD/tiny/depth/0002.png "
                                        "RGBD/tiny/mask/0002.png\n";
  const Result list = run("sfnet", {"--list", folder / "LFSD.txt", "--data-path",
                                    folder.path().string(), "--sheet-images", "0"});
  ASSERT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(shown("d_LFSD/0002.png").pixels, shown("d_tiny/0002.png").pixels);
  EXPECT_FALSE(fs::exists(folder / "out/d_LFSD.png"));
}

TEST_F(FeaturesCommand, SaysWhatIsWrong) {
  EXPECT_THAT(run("sfnet", {images}).err, HasSubstr("give depth, flow or thermal images with"));
  EXPECT_THAT(run("sfnet", {images, "--modality", depth, "--size", "320"}).err,
              HasSubstr("takes images of 224 pixels alone"));
  EXPECT_EQ(run("sfnet", {images, "--vals", "de"}).code, 2);
  fs::remove(fs::path(depth) / "0002.png");
  EXPECT_THAT(run("sfnet", {images, "--modality", depth}).err,
              HasSubstr("1 of 2 images have no file in --modality: for '"));
  const Result maps_alone = run("a2s", {images, "--size", "64"});
  EXPECT_EQ(maps_alone.code, 2);
  EXPECT_THAT(maps_alone.err, HasSubstr("a2s gives maps alone and no embedding to look at"));
  EXPECT_THAT(salix_run({"features", "localvit"}).err, HasSubstr("is a classifier"));
}

}  // namespace
}  // namespace salix::testing
