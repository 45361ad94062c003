// `salix synth`: its two forms, and what it refuses.
#include <gmock/gmock.h>

#include <filesystem>

#include "data/image/image_io.h"
#include "data/sets/dataset.h"
#include "tests/support/scratch.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Synth : public ::testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"synth", "-o", scratch_.path().string(), "--height", "40", "--width", "48"});
    const Result result = salix_run(arguments);
    out_ = result.out;
    err_ = result.err;
    return result.code;
  }
  ScratchFolder scratch_;
  std::string out_, err_;
};

TEST_F(Synth, PaintsScenesWithMasks) {
  EXPECT_EQ(run({"--count", "2"}), 0);
  EXPECT_THAT(out_, HasSubstr("2 scenes"));
  EXPECT_EQ(data::read_rgb(scratch_ / "images/scene_0001.png").width, 48);
  EXPECT_TRUE(fs::exists(scratch_ / "masks/scene_0001.png"));
}

TEST_F(Synth, WritesThePublishedSetsOfEachTask) {
  ASSERT_EQ(run({"--tasks", "cdot", "--train", "2", "--test", "1"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("d_RGBD-TR: 2 pictures"));
  const data::DatasetOptions options{.root = scratch_.path()};
  EXPECT_EQ(data::evaluation_lists("all", options).size(), 17u);
  EXPECT_EQ(data::training_samples("cdt", {.thin_videos = true}, options).size(), 6u);
  EXPECT_FALSE(fs::exists(scratch_ / "images"));
}

TEST_F(Synth, WritesTheSetsThatAreNamed) {
  ASSERT_EQ(run({"--tasks", "d", "--train", "1", "--test", "1", "--train-set", "d=mine",
                 "--test-set", "d=a,b", "--scribbles"}),
            0)
      << err_;
  for (const char* file :
       {"mine/image/0001.jpg", "mine/scribble/0001.png", "a/depth/0001.png", "b/mask/0001.png"})
    EXPECT_TRUE(fs::exists(scratch_.path() / "RGBD" / file)) << file;
  EXPECT_FALSE(fs::exists(scratch_ / "RGBD/RGBD-TR"));
  EXPECT_THAT(out_, HasSubstr("listed in " + scratch_ / "d_mine_scribble.txt"));
  EXPECT_TRUE(fs::exists(scratch_ / "d_mine_scribble.txt"));
}

TEST_F(Synth, RefusesWhatItCannotWrite) {
  EXPECT_EQ(run({"--tasks", "x"}), 2);
  EXPECT_EQ(run({"--tasks", "c", "--test-set", "c=../elsewhere"}), 2);
  EXPECT_THAT(err_, HasSubstr("named, not given as paths"));
  EXPECT_EQ(run({"--tasks", "c", "--train-set", "c=same", "--test-set", "c=same"}), 2);
  EXPECT_THAT(err_, HasSubstr("'same' is named twice"));
}

}  // namespace
}  // namespace salix::testing
