// Depth in millimetres, maps in an alpha channel, turned photographs and masks of indices, as the
// commands that run a network or the CRF meet them.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
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

class Meaning : public ::testing::Test {
 protected:
  Meaning() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kDepth, .name = "tiny", .count = 4, .height = 60, .width = 80});
  }
  fs::path set(const char* part) const { return folder.path() / "RGBD/tiny" / part; }
  std::vector<fs::path> files(const char* part) const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(set(part))) all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
  }
  // 800 to 2800, in 16 bits.
  void put_millimetres() const {
    for (const fs::path& file : files("depth")) {
      const data::Image depth = data::read_grey(file);
      std::vector<int> values;
      for (const std::uint8_t level : depth.pixels) values.push_back(800 + 2000 * level / 255);
      write_deep_png(file, depth.height, depth.width, values);
    }
  }
  // An image of the size of this file's, turned.
  static data::Image turned(const fs::path& file) {
    const data::Image image = data::read_grey(file);
    return {image.width, image.height, 1};
  }
  void turn_photographs() const {
    for (const fs::path& file : files("image")) {
      const fs::path jpeg = fs::path(file).replace_extension(".jpg");
      const auto bytes = data::encode_jpeg(data::read_rgb(file));
      fs::remove(file);
      write_bytes(jpeg, with_orientation(bytes, 6));
    }
  }
  Result run(std::vector<std::string> words, const std::vector<std::string>& more = {}) const {
    words.insert(words.end(), {"--threads", "1", "--device", "cpu"});
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  std::string weights(const std::string& network) const {
    const std::string file = folder / (network + ".safetensors");
    if (!fs::exists(file)) salix_run({"weights", "init", network, file});
    return file;
  }
  const ScratchFolder folder;
};

TEST_F(Meaning, PredictTurnsPhotographsWhenTold) {
  turn_photographs();
  const Result stored = run({"predict", "a2s", "--weight", weights("a2s"), "--size", "64", "-o",
                             folder / "maps", set("image").string()});
  ASSERT_EQ(stored.code, 0) << stored.err;
  EXPECT_THAT(stored.err, HasSubstr("4 of 4 photographs have an EXIF orientation"));
  const fs::path map = fs::path(folder / "maps") / (files("image")[0].stem().string() + ".png");
  EXPECT_EQ(data::read_grey(map).height, 60);
  const Result upright = run({"predict", "a2s", "--weight", weights("a2s"), "--size", "64", "-o",
                              folder / "maps", set("image").string(), "--upright"});
  EXPECT_THAT(upright.err, Not(HasSubstr("orientation")));
  EXPECT_EQ(data::read_grey(map).height, 80);
}

TEST_F(Meaning, TestAsksOncePerSetAndReadsAsTold) {
  turn_photographs();
  for (const fs::path& file : files("mask")) {  // drawn upright, with indices
    data::Image mask = turned(file);
    for (int y = 10; y < 30; ++y)
      for (int x = 10; x < 50; ++x) *mask.at(y, x) = x < 30 ? 1 : 2;
    data::write_image(file, mask);
  }
  const std::vector<std::string> words{
      "test",   "a2s", "--weight",    weights("a2s"),         "--size",     "64",    "--json",
      "--vals", "de",  "--data-path", folder.path().string(), "--test-set", "d=tiny"};
  const Result asked = run(words, {"--exclude", "tony=" + files("mask")[0].string()});
  ASSERT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.err,
              AllOf(HasSubstr("note: d_tiny: 4 of 4 photographs have an EXIF orientation"),
                    HasSubstr("note: d_tiny: 4 of 4 masks have several levels"),
                    HasSubstr("--exclude tony=...: leaves nothing out")));
  EXPECT_EQ(Json::parse(asked.out)["sets"][0]["questions"].size(), 2u);
  const Result told = run(words, {"--upright", "--mask-levels", "nonzero"});
  EXPECT_TRUE(Json::parse(told.out)["sets"][0]["questions"].empty()) << told.err;
}

TEST_F(Meaning, TrainAsksBeforeItBegins) {
  put_millimetres();
  for (const fs::path& file : files("mask")) {
    data::Image mask = data::read_grey(file);
    for (std::uint8_t& level : mask.pixels) level = level != 0 ? 1 : 0;
    data::write_image(file, mask);
  }
  const auto train = [&](const std::string& name, const std::vector<std::string>& more) {
    return run({"train", "a2s", "--recipe", "supervised", "--trset", "d", "--train-set", "d=tiny",
                "--size", "160", "--batch", "4", "--epochs", "1", "--no-multi-scale", "--data-path",
                folder.path().string(), "--run-dir", folder / name},
               more);
  };
  const Result asked = train("asked", {});
  ASSERT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.err, AllOf(HasSubstr("note: d_tiny: 4 of 4 modality images have 16-bit"),
                               HasSubstr("note: d_tiny: 4 of 4 masks have no value above 128")));
  const Result told = train("told", {"--depth-range", "auto", "--mask-levels", "nonzero"});
  EXPECT_THAT(told.err, Not(HasSubstr("note: d_tiny")));
  std::ifstream config(folder / "told/config.json");
  const Json written = Json::parse(config);
  EXPECT_EQ(written["depth_range"], "auto");
  EXPECT_EQ(written["mask_levels"], "0");
  EXPECT_FALSE(Json::parse(std::ifstream(folder / "asked/config.json")).contains("depth_range"));
}

TEST_F(Meaning, CrfAsksAboutMapsInAnAlphaChannelAndTakesThem) {
  for (const fs::path& file : files("mask")) {
    const data::Image mask = data::read_grey(file);
    data::Image cutout(mask.height, mask.width, 4, 120);
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) cutout.pixels[4 * i + 3] = mask.pixels[i];
    fs::create_directories(folder / "cutouts");
    data::write_image(fs::path(folder / "cutouts") / (file.stem().string() + "_cut.png"), cutout);
  }
  const std::vector<std::string> words{
      "crf", set("image").string(), "--maps", folder / "cutouts", "--size", "48",
      "-o",  folder / "out",        "--json"};
  const Result unnamed = run(words);
  EXPECT_EQ(unnamed.code, 1);
  EXPECT_THAT(unnamed.err, AllOf(HasSubstr("_cut'"), HasSubstr("--map-suffix")));
  const Result asked = run(words, {"--map-suffix", "_cut"});
  ASSERT_EQ(asked.code, 0) << asked.err;
  EXPECT_THAT(asked.err, HasSubstr("4 of 4 maps have an alpha channel"));
  EXPECT_EQ(Json::parse(asked.out)["questions"][0]["kind"], "alpha");
  const Result taken = run(words, {"--map-suffix", "_cut", "--alpha"});
  EXPECT_THAT(taken.err, Not(HasSubstr("note")));
}

TEST_F(Meaning, CrfAsksAboutAPhotographThatItsMapSaysIsTurned) {
  turn_photographs();
  for (const fs::path& file : files("mask")) data::write_image(file, turned(file));
  const std::vector<std::string> words{
      "crf", set("image").string(), "--maps", set("mask").string(), "--size", "48",
      "-o",  folder / "out"};
  EXPECT_THAT(run(words).err, HasSubstr("4 of 4 photographs have an EXIF orientation"));
  EXPECT_THAT(run(words, {"--upright"}).err, Not(HasSubstr("note")));
}

}  // namespace
}  // namespace salix::testing
