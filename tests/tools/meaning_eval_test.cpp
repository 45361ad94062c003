// What people's maps and masks really look like, as `salix eval` meets them: 16 bits, palettes,
// alpha, turned maps, suffixes, lists that exclude nothing, one pixel.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "tests/support/png_file.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

constexpr int kHeight = 48, kWidth = 64;

data::Image box(int left, std::uint8_t inside) {
  data::Image image(kHeight, kWidth, 1);
  for (int y = 12; y < 30; ++y)
    for (int x = left; x < left + 16; ++x) *image.at(y, x) = inside;
  return image;
}

// Bright on the box at column 10, rising to the right elsewhere.
data::Image soft_map() {
  data::Image map = box(10, 220);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      if (*map.at(y, x) == 0) *map.at(y, x) = static_cast<std::uint8_t>(x);
  return map;
}

class MeaningEval : public ::testing::Test {
 protected:
  void put(const std::string& name, const data::Image& image) {
    fs::create_directories(fs::path(folder / name).parent_path());
    data::write_image(folder / name, image);
  }
  Result eval(std::vector<std::string> more) {
    const std::vector<std::string> usual{"eval", "--pred", folder / "pred", "--gt", folder / "gt"};
    more.insert(more.begin(), usual.begin(), usual.end());
    return salix_run(more);
  }
  Json set_of(std::vector<std::string> more = {}) {
    more.emplace_back("--json");
    const Result result = eval(more);
    EXPECT_EQ(result.code, 0) << result.err;
    return Json::parse(result.out)["sets"][0];
  }
  static double score(const Json& set, const char* name) { return set["scores"][name]; }

  const ScratchFolder folder;
};

TEST_F(MeaningEval, SixteenBitMapsAreAskedAboutAndScale) {
  const data::Image map = soft_map();
  std::vector<int> deep;
  for (const std::uint8_t level : map.pixels) deep.push_back(257 * level);
  put("gt/a.png", box(10, 255));
  put("pred/a.png", map);
  const Json right = set_of();
  EXPECT_TRUE(right["questions"].empty());
  write_deep_png(folder / "pred/a.png", kHeight, kWidth, deep);
  const Json clipped = set_of();
  EXPECT_GT(score(clipped, "mae"), 0.7);
  ASSERT_EQ(clipped["questions"].size(), 1u);
  EXPECT_EQ(clipped["questions"][0]["kind"], "clipped");
  EXPECT_EQ(clipped["questions"][0]["about"], "maps");
  EXPECT_EQ(clipped["questions"][0]["files"], 1);
  EXPECT_THAT(clipped["questions"][0]["first"], HasSubstr("pred/a.png"));
  EXPECT_THAT(eval({}).err, HasSubstr("note: pred: 1 of 1 maps have 16-bit values above 255"));
  for (const char* range : {"auto", "0,65535"}) {
    const Json scaled = set_of({"--pred-range", range});
    EXPECT_NEAR(score(scaled, "mae"), score(right, "mae"), 1e-3) << range;
    EXPECT_TRUE(scaled["questions"].empty());
  }
  EXPECT_EQ(score(set_of({"--map-range", "0,65535"}), "mae"), score(right, "mae"));
  EXPECT_EQ(eval({"--map-range", "7"}).code, 2);
}

TEST_F(MeaningEval, MasksOfIndicesLoseObjectsUntilAllCount) {
  data::Image mask = box(10, 3), map = box(10, 255);
  for (int y = 12; y < 30; ++y) {
    for (int x = 40; x < 56; ++x) {
      *mask.at(y, x) = 15;
      *map.at(y, x) = 255;
    }
  }
  put("gt/a.png", mask);
  put("gt/b.png", box(10, 1));
  put("pred/a.png", map);
  put("pred/b.png", box(10, 255));
  const Json lost = set_of();
  EXPECT_NEAR(score(lost, "iou"), 0.75, 1e-9);
  EXPECT_EQ(lost["questions"][0]["kind"], "levels");
  EXPECT_THAT(lost["questions"][0]["text"],
              AllOf(HasSubstr("1 of 2 masks"), HasSubstr("levels 0 3 15")));
  EXPECT_EQ(score(set_of({"--mask-levels", "nonzero"}), "iou"), 1);
  EXPECT_EQ(eval({"--mask-levels", "some"}).code, 2);
}

TEST_F(MeaningEval, AlphaChannelsAreAskedAboutOrTaken) {
  const data::Image map = soft_map();
  data::Image cutout(kHeight, kWidth, 4);
  for (std::size_t i = 0; i < cutout.pixels.size(); ++i)
    cutout.pixels[i] = i % 4 == 3 ? map.pixels[i / 4] : static_cast<std::uint8_t>(i * 7);
  put("gt/a.png", box(10, 255));
  put("pred/a.png", cutout);
  EXPECT_LT(score(set_of(), "iou"), 0.5);
  EXPECT_THAT(eval({}).err, HasSubstr("1 of 1 maps have an alpha channel that differs"));
  EXPECT_EQ(score(set_of({"--alpha"}), "iou"), 1);
  EXPECT_THAT(eval({"--alpha"}).err, Not(HasSubstr("note")));
}

TEST_F(MeaningEval, TurnedMapsAreNamedBeforeTheyAreStretched) {
  put("gt/a.png", box(10, 255));
  put("gt/b.png", box(10, 255));
  put("pred/a.png", data::Image(kWidth, kHeight, 1, 9));
  put("pred/b.png", data::Image(24, 32, 1, 9));  // another size is ordinary
  EXPECT_THAT(eval({}).err, AllOf(HasSubstr("1 of 2 maps have height and width exchanged"),
                                  HasSubstr("pred/a.png', 64 x 48"), HasSubstr("--upright")));
}

TEST_F(MeaningEval, MapsWithASuffixAreNamedAndMatched) {
  for (const char* name : {"im_1", "im_10", "im_2"}) {
    put(std::string("gt/") + name + ".png", box(10, 255));
    put(std::string("pred/") + name + "_sal_fuse.png", box(10, 255));
  }
  for (const Result& result : {eval({}), eval({"--allow-missing"})}) {
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("3 of 3 truths"), HasSubstr("'im_10_sal_fuse'"),
                                  HasSubstr("--pred-suffix _sal_fuse"),
                                  Not(HasSubstr("the others with --allow-missing"))));
  }
  EXPECT_EQ(score(set_of({"--pred-suffix", "_sal_fuse"}), "iou"), 1);
  EXPECT_THAT(eval({"--pred-suffix", "_x"}).err, HasSubstr("no map of that name + '_x'"));
}

TEST_F(MeaningEval, OnePixelDoesNotSpoilASet) {
  put("gt/a.png", data::Image(1, 1, 1, 255));
  put("gt/b.png", box(10, 255));
  put("pred/a.png", data::Image(1, 1, 1, 255));
  put("pred/b.png", soft_map());
  const Json set = set_of();
  EXPECT_LE(score(set, "e_measure"), 1.01);
  EXPECT_EQ(set["special_cases"]["single_pixels"], 1);
  EXPECT_EQ(set["special_cases"]["full_truths"], 1);
  EXPECT_EQ(set["special_cases"]["constant_maps"], 1);
  EXPECT_THAT(eval({}).out, HasSubstr("pred: 1 of 2 images have one pixel"));
}

class MeaningExclude : public MeaningEval {
 protected:
  MeaningExclude() {
    for (const char* name : {"0", "1", "2"}) {
      put(std::string("sets/ECSSD/images/") + name + ".jpg", box(10, 255));
      put(std::string("sets/ECSSD/segmentations/") + name + ".png", box(10, 255));
      put(std::string("maps/ECSSD/") + name + ".png", box(10, 255));
    }
  }
  Result excluding(const std::string& set, const std::string& names,
                   std::vector<std::string> more = {}) {
    std::ofstream(folder / "names.txt") << names;
    if (more.empty()) {
      more = {"--mode",        "ce",         "--pre-path", folder / "maps", "--data-path",
              folder / "sets", "--test-set", "c=ECSSD"};
    }
    more.insert(more.begin(), "eval");
    more.insert(more.end(), {"--json", "--exclude", set + "=" + folder / "names.txt"});
    return salix_run(more);
  }
  static int images(const Result& result) { return Json::parse(result.out)["sets"][0]["images"]; }
};

TEST_F(MeaningExclude, NamesThatDoNotOccurAreTold) {
  const Result result = excluding("ECSSD", "0.jpg\nnosuch\n");
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("1 of 2 names to leave out do not occur in it"),
                                HasSubstr("'nosuch'"), HasSubstr("called like '0'")));
  EXPECT_EQ(images(result), 2);  // 0.jpg is 0
}

TEST_F(MeaningExclude, ASetThatIsNotReadIsTold) {
  const Result result = excluding("ECSD", "0\n");
  EXPECT_THAT(result.err, AllOf(HasSubstr("--exclude ECSD=...: leaves nothing out"),
                                HasSubstr("there are: ECSSD")));
  EXPECT_EQ(images(result), 3);
}

TEST_F(MeaningExclude, HoldsForFoldersToo) {
  const std::vector<std::string> folders{"--pred", folder / "maps/ECSSD", "--gt",
                                         folder / "sets/ECSSD/segmentations"};
  const Result result = excluding("ECSSD", "1\n", folders);
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(images(result), 2);
  EXPECT_EQ(result.err.find("have no truth"), std::string::npos) << result.err;
  EXPECT_THAT(excluding("other", "1\n", folders).err, HasSubstr("leaves nothing out"));
}

TEST_F(MeaningExclude, LeavingOutAllIsRefused) {
  const Result result = excluding("ECSSD", "0\n1\n2\n");
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("the names to leave out are all of its 3 samples"));
}

}  // namespace
}  // namespace salix::testing
