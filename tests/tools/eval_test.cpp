// `salix eval` as a user meets it: matching, exit codes, messages, files.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/image/image_io.h"
#include "tests/support/scratch.h"
#include "tools/cli/run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

struct Result {
  int code;
  std::string out, err;
};

Result salix_eval(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "eval");
  std::ostringstream out, err;
  const int code = cli::run(arguments, out, err);
  return {code, out.str(), err.str()};
}

// A square of 255, `shift` pixels to the right, on a ground of 0.
data::Image square(int height, int width, int shift) {
  data::Image image(height, width, 1);
  for (int y = height / 4; y < height / 2; ++y) {
    for (int x = width / 4; x < width / 2; ++x) *image.at(y, x + shift) = 255;
  }
  return image;
}

void write(const std::string& path, const data::Image& image) {
  fs::create_directories(fs::path(path).parent_path());
  data::write_image(path, image);
}

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Eval : public ::testing::Test {
 protected:
  Eval() {
    for (int k = 0; k < 5; ++k) {
      const std::string name = "video/" + std::to_string(k) + ".x.png";  // only ".png" is cut
      write(folder / ("gt/" + name), square(24, 32, 0));
      write(folder / ("good/" + name), square(24, 32, 0));
      write(folder / ("bad/" + name), square(24, 32, k));
    }
  }
  const ScratchFolder folder;
};

TEST_F(Eval, PrintsATableAndWritesTheReport) {
  const Result result =
      salix_eval({"--pred", folder / "good", folder / "bad/", "--gt", folder / "gt", "-o",
                  folder / "report", "--csv", folder / "images.csv"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("good       5   1.000   1.000   1.000   0.000"));
  EXPECT_THAT(result.out, HasSubstr("\nbad "));
  for (const char* name : {"scores.json", "images.csv", "curves.csv", "precision_recall.svg",
                           "precision_recall.png", "f_measure.svg", "f_measure.png"})
    EXPECT_GT(fs::file_size(fs::path(folder / "report") / name), 500u) << name;
  EXPECT_EQ(text_of(folder / "images.csv"), text_of(folder / "report/images.csv"));
  EXPECT_THAT(text_of(folder / "images.csv"), HasSubstr("\nbad,video/3.x,"));
}

TEST_F(Eval, ThreadsDoNotChangeABit) {
  const std::vector<std::string> request{"--pred",      folder / "bad", "--gt",
                                         folder / "gt", "--json",       "--threads"};
  std::vector<std::string> one = request, three = request;
  one.emplace_back("1");
  three.emplace_back("3");
  EXPECT_EQ(salix_eval(one).out, salix_eval(three).out);
}

TEST_F(Eval, ResizesMapsOfAnotherSize) {
  for (int k = 0; k < 5; ++k)
    write(folder / ("small/video/" + std::to_string(k) + ".x.png"), square(12, 16, 0));
  const Result result = salix_eval({"--pred", folder / "small", "--gt", folder / "gt", "--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  const Json set = Json::parse(result.out)["sets"][0];
  EXPECT_EQ(set["name"], "small");
  EXPECT_EQ(set["images"], 5);
  EXPECT_EQ(set["scores"]["iou"], 1);
  EXPECT_GT(set["scores"]["mae"].get<double>(), 0);
}

TEST_F(Eval, NamesAllMissingMapsTogetherAndLeavesThemOutWhenTold) {
  fs::remove(folder / "good/video/1.x.png");
  fs::remove(folder / "good/video/4.x.png");
  write(folder / "good/extra.png", square(24, 32, 0));
  const Result missing = salix_eval({"--pred", folder / "good", "--gt", folder / "gt"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("2 of 5 truths"));
  EXPECT_THAT(missing.err, HasSubstr("video/1.x, video/4.x"));
  EXPECT_EQ(missing.out, "");
  const Result rest =
      salix_eval({"--pred", folder / "good", "--gt", folder / "gt", "--allow-missing", "--json"});
  ASSERT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(Json::parse(rest.out)["sets"][0]["images"], 3);
  EXPECT_THAT(rest.err, HasSubstr("1 maps in"));
}

TEST_F(Eval, NamesEveryUnreadableFile) {
  std::ofstream(folder / "good/video/0.x.png", std::ios::trunc) << "no image";
  std::ofstream(folder / "gt/video/3.x.png", std::ios::trunc) << "no image";
  const Result result = salix_eval({"--pred", folder / "good", "--gt", folder / "gt"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, AllOf(HasSubstr("2 of 5 pairs of 'good' cannot be scored"),
                                HasSubstr("good/video/0.x.png"), HasSubstr("gt/video/3.x.png")));
}

TEST_F(Eval, RefusesAmbiguousAndMissingFolders) {
  data::write_image(folder / "gt/video/0.x.jpg", square(24, 32, 0));
  const Result twice = salix_eval({"--pred", folder / "good", "--gt", folder / "gt"});
  EXPECT_EQ(twice.code, 2);
  EXPECT_THAT(twice.err, HasSubstr("one image per name; got 0.x.jpg and 0.x.png"));
  const Result nowhere = salix_eval({"--pred", folder / "none", "--gt", folder / "bad"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("none' must be a folder of images"));
  EXPECT_EQ(salix_eval({"--pred", folder / "good"}).code, 2);
  const Result uneven = salix_eval({"--pred", folder / "good", folder / "bad", folder / "bad",
                                    "--gt", folder / "gt", folder / "gt"});
  EXPECT_EQ(uneven.code, 2);
  EXPECT_THAT(uneven.err, HasSubstr("once for all, or once per --pred; got 2 for 3"));
}

TEST_F(Eval, CountsDegenerateCasesOrGivesNan) {
  data::Image last_row(24, 32, 1);
  for (int x = 0; x < 32; ++x) *last_row.at(23, x) = 255;
  write(folder / "gt/video/2.x.png", last_row);
  const Result repaired = salix_eval({"--pred", folder / "good", "--gt", folder / "gt"});
  EXPECT_THAT(repaired.out, AllOf(HasSubstr("good: 1 of 5 images have an object at the last row"),
                                  Not(HasSubstr("nan"))));
  const Result reference =
      salix_eval({"--pred", folder / "good", "--gt", folder / "gt", "--reference-nan", "--json"});
  EXPECT_TRUE(Json::parse(reference.out)["sets"][0]["scores"]["s_measure"].is_null());
}

// The original eval.py: maps by set below one folder, truths found in the data sets.
class EvalMode : public Eval {
 protected:
  EvalMode() {
    for (const char* set : {"one", "two"}) {
      for (const char* name : {"a", "b"}) {
        const std::string stem = std::string("/") + name;
        write(folder / ("sets/" + std::string(set) + "/image" + stem + ".jpg"), square(24, 32, 0));
        write(folder / ("sets/" + std::string(set) + "/mask" + stem + ".png"), square(24, 32, 0));
      }
    }
    for (const char* name : {"a", "b"})
      write(folder / ("maps/one/" + std::string(name) + ".png"), square(24, 32, 0));
  }
  Result run(std::vector<std::string> more, const std::string& test_sets = "c=one,two") {
    std::vector<std::string> arguments{"--mode",     "ce",      "--data_path", folder / "sets",
                                       "--test-set", test_sets, "--pre_path",  folder / "maps"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return salix_eval(arguments);
  }
};

TEST_F(EvalMode, ScoresTheSetsThatHaveMapsAndNamesTheOthers) {
  const Result result = run({"--json"});
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("no maps of c_two"), HasSubstr("left out")));
  EXPECT_THAT(result.out, AllOf(HasSubstr("c_one"), Not(HasSubstr("c_two"))));
}

TEST_F(EvalMode, NamesMissingMapsAndMissingSets) {
  fs::remove(folder / "maps/one/b.png");
  const Result refused = run({});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("1 of 2 truths in"));
  EXPECT_EQ(run({"--allow-missing"}).code, 0);
  EXPECT_EQ(run({}, "c=none").code, 1);
  fs::remove_all(folder / "maps/one");
  const Result empty = run({});
  EXPECT_EQ(empty.code, 1);
  EXPECT_THAT(empty.err, HasSubstr("must have a folder of maps for a set of --mode ce"));
}

TEST_F(EvalMode, IsOneOfTwoForms) {
  EXPECT_EQ(run({"--pred", folder / "good"}).code, 2);
  const Result neither = salix_eval({});
  EXPECT_EQ(neither.code, 2);
  EXPECT_THAT(neither.err, HasSubstr("--pred and --gt, or --mode"));
}

}  // namespace
}  // namespace salix::testing
