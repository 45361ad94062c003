// `salix test localvit` as a user meets it.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "data/image/image_io.h"
#include "tests/support/scratch.h"
#include "tests/tools/initial_weights.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClassifyCommand : public ::testing::Test {
 protected:
  void put(const std::string& name, int level) const {
    const fs::path file = folder.path() / "data" / name;
    fs::create_directories(file.parent_path());
    data::write_image(file, data::Image(30, 40, 3, static_cast<std::uint8_t>(level)));
  }
  Result classify(const std::string& data, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"test",   "localvit", "--weight", initial_weights("localvit"),
                                   "--data", data,       "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    return salix_run(words);
  }
  ScratchFolder folder;
};

TEST_F(ClassifyCommand, ScoresClassFoldersAndGoesOnPastWhatIsWrong) {
  put("a/1.png", 20);
  put("b/1.png", 200);
  fs::create_directories(folder / "data/c");
  std::ofstream(folder / "data/b/2.png") << "no picture";
  const Result result = classify(folder / "data", {"--json", "--batch", "2"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("has 3 class folders, and the network knows 1000 classes"),
                    HasSubstr("/c' (class 2) holds no"), HasSubstr("failed: "),
                    HasSubstr("1 of 3 pictures failed (named above)")));
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["pictures"], 2);
  EXPECT_THAT(json["failed"], ElementsAre(folder / "data/b/2.png"));
  EXPECT_GE(json["top5_percent"], json["top1_percent"]);
  EXPECT_GT(json["loss"], 0);
  EXPECT_DOUBLE_EQ(json["loss"], json["loss_of_batches"]);
}

TEST_F(ClassifyCommand, ScoresAListInWords) {
  put("1.png", 90);
  std::ofstream(folder / "data/list.txt") << "1.png 5\n";
  const Result result = classify(folder / "data/list.txt");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("1 pictures: top-1 "), HasSubstr(" %, loss "),
                                HasSubstr("(mean of batches of 96, as published: ")));
}

TEST_F(ClassifyCommand, SaysAllThatIsWrongTogether) {
  const Result result = salix_run({"test", "localvit", "--weight", folder / "none.pth", "--data",
                                   folder / "nowhere", "--device", "cpu"});
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("2 things are wrong"), HasSubstr("none.pth"), HasSubstr("nowhere")));
  EXPECT_EQ(classify(folder.path(), {"--vals", "ce"}).code, 2);
}

}  // namespace
}  // namespace salix::testing
