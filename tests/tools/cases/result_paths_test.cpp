// Results never replace what was read, and no two of them share a file: in every command.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "data/scenes/generated_set.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"
#include "train/metrics/score_files.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ResultPathsOf : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(salix_run({"weights", "init", "a2s", weights()}).code, 0);
    fs::create_directories(folder / "in");
  }
  std::string weights() const { return folder / "w.safetensors"; }
  void picture(const std::string& name) {
    data::Image image(20, 24, 3);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      image.pixels[i] = static_cast<std::uint8_t>(i * 7 + name.size());
    }
    data::write_image(folder / name, image);
  }
  Result predict(std::vector<std::string> more) const {
    std::vector<std::string> all{"predict", "a2s", "--weight", weights(), "--size", "64"};
    all.insert(all.end(), more.begin(), more.end());
    return salix_run(all);
  }
  std::vector<std::uint8_t> pixels(const std::string& name) const {
    return data::read_rgb(folder / name).pixels;
  }
  std::size_t files_in(const std::string& name) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder / name), {}));
  }
  ScratchFolder folder;
};

TEST_F(ResultPathsOf, PredictAreNotThePhotographs) {
  picture("in/p.png");
  const auto before = pixels("in/p.png");
  for (const std::vector<std::string>& call :
       {std::vector<std::string>{folder / "in", "-o", folder / "in"},
        {folder / "in/p.png", "-o", folder / "in/../in"}}) {
    const Result result = predict(call);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, AllOf(HasSubstr("would replace"), HasSubstr("p.png")));
  }
  EXPECT_EQ(pixels("in/p.png"), before);
  picture("in/q.jpg");  // its map has another name: nothing is lost
  EXPECT_EQ(predict({folder / "in/q.jpg", "-o", folder / "in"}).code, 0);
  EXPECT_EQ(files_in("in"), 3u);
}

TEST_F(ResultPathsOf, PredictAreAsManyAsItsInputs) {
  for (const char* name : {"in/a.jpg", "in/a.png", "in/a_2.jpg"}) picture(name);
  const Result result = predict({folder / "in", "-o", folder / "out"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("a.png' are called 'a_3'")));
  EXPECT_EQ(files_in("out"), 3u);
}

TEST_F(ResultPathsOf, PredictKeepOverlaysApartFromMaps) {
  for (const char* name : {"in/b.jpg", "in/b_overlay.jpg", "in/b_cutout.png"}) picture(name);
  const Result result =
      predict({folder / "in", "-o", folder / "out", "--overlay", "--cutout", "--logits"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(files_in("out"), 12u);
  EXPECT_TRUE(fs::exists(folder / "out/b_overlay_2.png"));
}

TEST_F(ResultPathsOf, PredictAreCheckedBeforeTheWork) {
  picture("in/a.png");
  const Result format =
      predict({folder / "in", "-o", folder / "out", "--contact-sheet", folder / "s.webp"});
  EXPECT_EQ(format.code, 2);
  EXPECT_THAT(format.err, HasSubstr("must end in .png, .jpg or .jpeg"));
  EXPECT_FALSE(fs::exists(folder / "out"));
  const Result input =
      predict({folder / "in", "-o", folder / "out", "--contact-sheet", folder / "in/a.png"});
  EXPECT_EQ(input.code, 2);
  const Result map =
      predict({folder / "in", "-o", folder / "out", "--contact-sheet", folder / "out/a.png"});
  EXPECT_THAT(map.err, HasSubstr("would both be"));
  EXPECT_EQ(
      predict({folder / "in", "-o", folder / "out", "--contact-sheet", folder / "new/s.png"}).code,
      0);
  EXPECT_TRUE(fs::exists(folder / "new/s.png"));
}

TEST_F(ResultPathsOf, CrfAreNeitherImagesNorMaps) {
  fs::create_directories(folder / "maps");
  picture("in/p.png");
  picture("maps/p.png");
  const auto image = pixels("in/p.png"), map = pixels("maps/p.png");
  for (const char* out : {"in", "maps"}) {
    const Result result =
        salix_run({"crf", folder / "in", "--maps", folder / "maps", "-o", folder / out});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("would replace"));
  }
  EXPECT_EQ(pixels("in/p.png"), image);
  EXPECT_EQ(pixels("maps/p.png"), map);
  picture("maps/p.jpg");
  const Result twice =
      salix_run({"crf", folder / "in", "--maps", folder / "maps", "-o", folder / "out"});
  EXPECT_THAT(twice.err, HasSubstr("maps must have different names"));
}

TEST_F(ResultPathsOf, LabelsAreNotTheTruth) {
  data::write_generated_set(folder.path(), {.name = "tiny", .count = 2, .height = 40, .width = 48});
  fs::rename(folder / "tiny/segmentations", folder / "tiny/masks");
  fs::create_directories(folder / "truth");
  fs::rename(folder / "tiny/masks", folder / "truth/tiny");
  fs::create_directory_symlink(folder / "truth/tiny", folder / "tiny/masks");
  const std::vector<std::string> data{
      "--data-path", folder.path().string(),    "--train-set", "c=tiny",
      "--pseudo",    "c=" + (folder / "truth"), "--size"};
  std::vector<std::string> test{"test",   "a2s", "--weight", weights(),
                                "--vals", "cr",  "--save",   "--crf"};
  test.insert(test.end(), data.begin(), data.end());
  test.emplace_back("64");
  std::vector<std::string> train{"train", "a2s",     "--trset", "c",         "--epochs",
                                 "1",     "--batch", "2",       "--run-dir", folder / "run"};
  train.insert(train.end(), data.begin(), data.end());
  train.emplace_back("160");
  for (const auto& call : {test, train}) {
    const Result result = salix_run(call);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr("is replaced by results"));
  }
  EXPECT_EQ(files_in("truth/tiny"), 2u);
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST_F(ResultPathsOf, EvalAreNeitherMapsNorMasks) {
  fs::create_directories(folder / "maps");
  picture("in/f_measure.png");
  picture("maps/f_measure.png");
  const Result result =
      salix_run({"eval", "--pred", folder / "maps", "--gt", folder / "in", "-o", folder / "maps"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("would replace"));
  EXPECT_EQ(salix_run({"eval", "--pred", folder / "maps", "--gt", folder / "in", "--csv",
                       folder / "in/f_measure.png"})
                .code,
            2);
  EXPECT_EQ(
      salix_run({"eval", "--pred", folder / "maps", "--gt", folder / "in", "-o", folder / "scores"})
          .code,
      0);
  EXPECT_EQ(files_in("scores"), score_file_paths("").size());
}

TEST_F(ResultPathsOf, SynthAreNotPhotographs) {
  fs::create_directories(folder / "ECSSD/images");
  picture("ECSSD/images/0001.jpg");
  const auto before = pixels("ECSSD/images/0001.jpg");
  const Result set = salix_run({"synth", "-o", folder.path().string(), "--tasks", "c", "--train",
                                "0", "--test", "1", "--test-set", "c=ECSSD"});
  EXPECT_EQ(set.code, 2);
  EXPECT_THAT(set.err, HasSubstr("were not painted"));
  EXPECT_EQ(salix_run({"synth", "-o", folder / "ECSSD", "--count", "1"}).code, 2);
  EXPECT_EQ(pixels("ECSSD/images/0001.jpg"), before);
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(salix_run({"synth", "-o", folder / "new", "--count", "1"}).code, 0);
  }
}

TEST_F(ResultPathsOf, SingleFilesAreNotTheirSource) {
  const auto before = fs::file_size(weights());
  for (const std::vector<std::string>& call :
       {std::vector<std::string>{"weights", "convert", weights(), weights()},
        {"weights", "init", "a2s", weights(), "--pretrain", weights()},
        {"export", "a2s", "--weight", weights(), "-o", weights()}}) {
    const Result result = salix_run(call);
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("would replace"));
  }
  EXPECT_EQ(fs::file_size(weights()), before);
}

}  // namespace
}  // namespace salix::testing
