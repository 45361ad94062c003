// sfnet on the command line: predictions, list files, sizes.
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
using ::testing::AllOf;
using ::testing::HasSubstr;

class SfnetCommand : public ::testing::Test {
 protected:
  SfnetCommand() {
    data::write_generated_set(
        folder.path(),
        {.task = data::Task::kDepth, .name = "tiny", .count = 2, .height = 60, .width = 80});
    for (const auto& entry : fs::directory_iterator(folder / "RGBD/tiny/image"))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
  }
  Result run(const std::string& command, const std::vector<std::string>& more) const {
    std::vector<std::string> words{command,    "sfnet", "--weight", initial_weights("sfnet"),
                                   "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  std::string stem(std::size_t k) const { return fs::path(names[k]).stem().string(); }
  // A line of a list file for each sample.
  std::string list() const {
    std::ofstream file(folder / "LFSD.txt");
    for (std::size_t k = 0; k < names.size(); ++k) {
      file << "RGBD/tiny/image/" << names[k] << " RGBD/tiny/depth/" << stem(k)
           << ".png RGBD/tiny/mask/" << stem(k) << ".png\n";
    }
    return folder / "LFSD.txt";
  }
  ScratchFolder folder;
  std::vector<std::string> names;
};

TEST_F(SfnetCommand, PredictsAtTheImagesSize) {
  const std::string image = folder / ("RGBD/tiny/image/" + names[0]);
  const std::string depth = folder / ("RGBD/tiny/depth/" + stem(0) + ".png");
  const Result result = run("predict", {image, "--modality", depth, "-o", folder / "maps"});
  ASSERT_EQ(result.code, 0) << result.err;
  const data::Image map = data::read_grey(folder / ("maps/" + stem(0) + ".png"));
  EXPECT_EQ(map.height, 60);
  EXPECT_EQ(map.width, 80);
  EXPECT_THAT(run("predict", {image, "--modality", depth, "--size", "320"}).err,
              HasSubstr("sfnet takes images of 224 pixels alone; got 320; leave --size out"));
}

TEST_F(SfnetCommand, ScoresAListFileAsItsSet) {
  const std::vector<std::string> common{"--data-path", folder.path().string(), "--json"};
  std::vector<std::string> listed{"--list", list(), "--save", "--save-path", folder / "maps"};
  listed.insert(listed.end(), common.begin(), common.end());
  const Result by_list = run("test", listed);
  ASSERT_EQ(by_list.code, 0) << by_list.err;
  std::vector<std::string> sets{"--vals", "de", "--test-set", "d=tiny"};
  sets.insert(sets.end(), common.begin(), common.end());
  const Result by_set = run("test", sets);
  ASSERT_EQ(by_set.code, 0) << by_set.err;
  const auto one = nlohmann::json::parse(by_list.out)["sets"][0];
  const auto other = nlohmann::json::parse(by_set.out)["sets"][0];
  EXPECT_EQ(one["name"], "d_LFSD");
  EXPECT_EQ(other["name"], "d_tiny");
  EXPECT_EQ(one["scores"], other["scores"]);
  const std::string map = "maps/sfnet/resnet/base/d_LFSD/final/" + stem(1) + ".png";
  EXPECT_EQ(data::read_grey(folder / map).height, 224);
  sets.emplace_back("--full-size");
  const Result full = run("test", sets);
  EXPECT_NE(nlohmann::json::parse(full.out)["sets"][0]["scores"], other["scores"]);
}

TEST_F(SfnetCommand, SaysWhatIsWrongWithAListAndASize) {
  std::ofstream(folder / "bad.txt") << "a.jpg b.png c.png d.png e.png f.png\n";
  const Result bad = run("test", {"--list", folder / "bad.txt", "--size", "320"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("bad.txt', line 1 has 6 fields"),
                             HasSubstr("takes images of 224 pixels alone; got 320")));
  std::ofstream(folder / "flat.txt") << "RGBD/tiny/image/" << names[0] << '\n';
  EXPECT_THAT(run("test", {"--list", folder / "flat.txt", "--data-path", folder.path().string(),
                           "--save", "--crf"})
                  .err,
              HasSubstr("has no depth (of three fields the second is depth only where 'depth'"));
  EXPECT_EQ(salix_run({"test", "a2s", "--weight", "w", "--full-size"}).code, 2);
}

TEST_F(SfnetCommand, TrainsByTheSupervisedRecipe) {
  const auto train = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "--train-set", "d=tiny", "--data-path", folder.path().string(), "--batch",  "1",
        "--steps",     "1",      "--run-dir",   folder / "run",         "--recipe", "supervised"};
    words.insert(words.end(), more.begin(), more.end());
    return run("train", words);
  };
  EXPECT_THAT(train({"--size", "320"}).err, HasSubstr("takes images of 224 pixels alone; got 320"));
  EXPECT_THAT(train({"--no-multi-scale=false"}).err, HasSubstr("cannot be trained at five"));
  const Result result = train({});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("images at 224x224"));
}

TEST(NetworkSizeCommand, ExportAndGraphTakeTheOnlySize) {
  const ScratchFolder folder;
  const Result graph = salix_run({"graph", "localvit", "-o", folder / "g.dot"});
  EXPECT_EQ(graph.code, 0) << graph.err;
  EXPECT_THAT(graph.out, HasSubstr("localvit at 224 x 224"));
  EXPECT_THAT(salix_run({"graph", "localvit", "-o", folder / "g.dot", "--size", "64"}).err,
              HasSubstr("takes images of 224 pixels alone"));
}

}  // namespace
}  // namespace salix::testing
