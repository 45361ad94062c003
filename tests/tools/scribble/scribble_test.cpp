// `salix scribble`: sets and folders, stand-ins for depth, and what it refuses.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "data/scribbles/scribble_values.h"
#include "data/sets/list_file.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using Json = nlohmann::json;

class Scribble : public ::testing::Test {
 protected:
  void paint(data::Task task, const std::string& name) const {
    data::write_generated_set(folder.path(),
                              {.task = task, .name = name, .count = 3, .height = 60, .width = 80});
  }
  Result draw(std::vector<std::string> more) const {
    more.insert(more.begin(), {"scribble", "-o", folder / "out"});
    return salix_run(more);
  }
  Result draw_set(const std::string& sets, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--trset", sets.substr(0, 1), "--train-set", sets, "--data-path",
                               folder.path().string()});
    return draw(more);
  }
  Result draw_folder(const fs::path& set, std::vector<std::string> more) const {
    more.insert(more.begin(),
                {(set / "images").string(), "--masks", (set / "segmentations").string()});
    return draw(more);
  }
  fs::path out(const std::string& name) const { return folder.path() / "out" / name; }
  static std::vector<std::uint8_t> bytes(const fs::path& file) {
    return data::read_file_bytes(file);
  }
  ScratchFolder folder;
};

TEST_F(Scribble, DrawsATrainingSetAndListsIt) {
  paint(data::Task::kDepth, "mine");
  const Result result = draw_set("d=mine", {"--seed", "4"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("d_mine: 3 of 3 drawn into"), HasSubstr("known "),
                                HasSubstr("d_mine_scribble.txt, paths below --data-path")));
  const auto lines = data::read_list_file(out("d_mine_scribble.txt"), folder.path());
  ASSERT_EQ(lines.size(), 3u);
  for (const data::ListedFiles& files : lines) {
    const data::Image image = data::read_rgb(files.image), depth = data::read_grey(files.depth);
    EXPECT_EQ(files.depth.parent_path(), folder.path() / "RGBD/mine/depth");
    const data::Image mask =
        data::read_grey(folder.path() / "RGBD/mine/mask" / files.depth.filename());
    const data::Image scribble = data::read_grey(files.labels);
    for (const fs::path& file : {files.labels, files.instances, files.contours}) {
      EXPECT_EQ(data::read_grey(file).height, image.height);
      EXPECT_EQ(data::read_grey(file).width, image.width);
    }
    for (std::size_t k = 0; k < mask.pixels.size(); ++k) {
      if (scribble.pixels[k] == data::kScribbleUnknown) continue;
      ASSERT_EQ(scribble.pixels[k],
                mask.pixels[k] > 127 ? data::kScribbleForeground : data::kScribbleBackground);
    }
  }
  EXPECT_FALSE(fs::exists(out("depth")));
}

TEST_F(Scribble, TheSeedDecidesAndNothingElse) {
  paint(data::Task::kDepth, "mine");
  const auto strokes = [&](const std::string& seed, const std::string& threads) {
    EXPECT_EQ(draw_set("d=mine", {"--seed", seed, "--threads", threads}).code, 0);
    return bytes(out("scribble/0002.png"));
  };
  const auto first = strokes("1", "1");
  EXPECT_EQ(strokes("1", "2"), first);
  EXPECT_NE(strokes("2", "2"), first);
}

// Regions and contours do not know the mask.
TEST_F(Scribble, RegionsAndContoursAreOfTheImageAndDepthAlone) {
  paint(data::Task::kDepth, "mine");
  ASSERT_EQ(draw_set("d=mine").code, 0);
  const auto regions = bytes(out("regions/0001.png")), contours = bytes(out("contours/0001.png"));
  const auto strokes = bytes(out("scribble/0001.png"));
  const fs::path mask = folder.path() / "RGBD/mine/mask/0001.png";
  data::Image other = data::read_grey(mask);
  for (std::uint8_t& pixel : other.pixels) pixel = 255 - pixel;
  data::write_image(mask, other);
  ASSERT_EQ(draw_set("d=mine").code, 0);
  EXPECT_EQ(bytes(out("regions/0001.png")), regions);
  EXPECT_EQ(bytes(out("contours/0001.png")), contours);
  EXPECT_NE(bytes(out("scribble/0001.png")), strokes);
}

TEST_F(Scribble, AsksForDepthAndTakesAStandInWhenTold) {
  paint(data::Task::kColour, "flat");
  const fs::path set = folder.path() / "flat";
  const Result refused = draw_folder(set, {});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("3 of 3 images of d_images have no depth map"),
                                 HasSubstr("--modality DIR"), HasSubstr("--depth constant")));
  const Result even = draw_folder(set, {"--depth", "constant"});
  ASSERT_EQ(even.code, 0) << even.err;
  EXPECT_THAT(even.err, HasSubstr("3 of 3 depth maps of d_images are stand-ins (constant)"));
  EXPECT_THAT(data::read_grey(out("depth/0001.png")).pixels, Each(128));
  const auto regions = bytes(out("regions/0001.png"));
  const Result blurred = draw_folder(set, {"--depth", "blurred-luminance", "--json"});
  ASSERT_EQ(blurred.code, 0) << blurred.err;
  const data::Image depth = data::read_grey(out("depth/0001.png"));
  EXPECT_GT(std::set<std::uint8_t>(depth.pixels.begin(), depth.pixels.end()).size(), 5u);
  EXPECT_EQ(bytes(out("regions/0001.png")), regions);  // a stand-in says nothing
  const Json json = Json::parse(blurred.out)["sets"][0];
  EXPECT_EQ(json["stand_ins"], 3);
  EXPECT_GT(json["foreground"].get<double>(), 0.0);
  // Paths are below the list's own folder.
  const auto lines =
      data::read_list_file(json["list"].get<std::string>(), json["root"].get<std::string>());
  for (const data::ListedFiles& files : lines)
    for (const fs::path& file :
         {files.image, files.depth, files.labels, files.instances, files.contours})
      EXPECT_TRUE(fs::exists(file)) << file;
}

TEST_F(Scribble, AStandInOfAnEarlierCallIsNoDepth) {
  paint(data::Task::kColour, "flat");
  const std::string set = folder / "flat";
  const std::vector<std::string> words{
      "scribble", "--trset",  "d",           "--train-set",          "d=" + set,
      "--depth",  "constant", "--data-path", folder.path().string(), "-o",
      set};
  ASSERT_EQ(salix_run(words).code, 0);
  const Result again = salix_run(words);
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("3 of 3 depth maps of d_flat are stand-ins"));
}

TEST_F(Scribble, NamesMasksWithoutForegroundAndFilesThatDoNotFit) {
  paint(data::Task::kDepth, "mine");
  const fs::path masks = folder.path() / "RGBD/mine/mask";
  const data::Image first = data::read_grey(masks / "0001.png");
  data::write_image(masks / "0001.png", data::Image(first.height, first.width, 1));
  data::write_image(masks / "0002.png", data::Image(10, 12, 1, 255));
  std::ofstream(folder.path() / "RGBD/mine/depth/0003.png") << "no picture";
  const Result result = draw_set("d=mine");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("1 mask has no foreground, and strokes of the background alone: '"),
                    HasSubstr("0001.png'"), HasSubstr("0002.png' is 10 x 12 and its image"),
                    HasSubstr("0003.png"), HasSubstr("2 of 3 samples failed")));
  EXPECT_EQ(data::read_list_file(out("d_mine_scribble.txt"), folder.path()).size(), 1u);
  const data::Image strokes = data::read_grey(out("scribble/0001.png"));
  EXPECT_EQ(std::count(strokes.pixels.begin(), strokes.pixels.end(), data::kScribbleForeground), 0);
  EXPECT_GT(std::count(strokes.pixels.begin(), strokes.pixels.end(), data::kScribbleBackground), 0);
}

TEST_F(Scribble, DoesNotReplaceWhatItHasNotMade) {
  paint(data::Task::kDepth, "mine");
  fs::create_directories(out("scribble"));
  std::ofstream(out("scribble/0001.png")) << "somebody's";
  const Result result = draw_set("d=mine");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("has files that were not made by this command"));
  EXPECT_EQ(bytes(out("scribble/0001.png")).size(), 10u);
}

TEST_F(Scribble, RefusesRequestsThatAreNone) {
  EXPECT_THAT(draw({}).err, HasSubstr("give photographs with --masks, or the letters"));
  EXPECT_THAT(draw({folder.path().string()}).err, HasSubstr("give them with --masks FILE or DIR"));
  EXPECT_EQ(draw_set("d=nowhere").code, 1);
  EXPECT_EQ(draw_set("d=mine", {"--length", "0"}).code, 2);
  EXPECT_EQ(draw_set("d=mine", {"--depth", "guessed"}).code, 2);
  paint(data::Task::kDepth, "my set");
  EXPECT_THAT(draw_set("d=my set").err, HasSubstr("no path may have one; got 'RGBD/my set/"));
}

TEST_F(Scribble, SeveralSetsHaveAFolderEach) {
  paint(data::Task::kDepth, "one");
  paint(data::Task::kDepth, "two");
  const Result result = draw_set("d=one,two");
  ASSERT_EQ(result.code, 0) << result.err;
  for (const char* name : {"d_one", "d_two"})
    EXPECT_TRUE(fs::exists(out(std::string(name) + "/" + name + "_scribble.txt"))) << name;
}

}  // namespace
}  // namespace salix::testing
