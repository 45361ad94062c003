// `salix flow`: the layout it writes, what it keeps, and what it says about bad frames.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/scenes/generated_set.h"
#include "data/sets/dataset.h"
#include "data/video/flow_colour.h"
#include "data/video/optical_flow.h"
#include "data/video/video_frames.h"
#include "engine/io/npy.h"
#include "tests/data/sets/tree_support.h"
#include "tests/tools/salix_run.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using data::testing::file_bytes;
using ::testing::HasSubstr;

class Flow : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!data::has_optical_flow()) GTEST_SKIP() << "this build has no OpenCV";
    for (const char* name : {"in/cat/1.jpg", "in/cat/2.jpg", "in/dog/7.png", "in/dog/8.png"})
      data::testing::put_image(scratch_ / name, 3, ++seed_, 24, 32);
  }
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "flow");
    const Result result = salix_run(arguments);
    out_ = result.out;
    err_ = result.err;
    return result.code;
  }
  ScratchFolder scratch_;
  std::uint32_t seed_ = 0;
  std::string out_, err_;
};

TEST_F(Flow, WritesAPicturePerFrame) {
  ASSERT_EQ(run({scratch_ / "in", "-o", scratch_ / "out", "--raw"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("4 flow pictures written"));
  for (const char* file : {"out/cat/1.jpg", "out/cat/2.jpg", "out/dog/7.jpg", "out/dog/8.jpg"})
    EXPECT_EQ(data::read_rgb(scratch_ / file).width, 32) << file;

  const data::Video video = data::videos_below(scratch_ / "in/cat").at(0);
  const data::FlowField flow = data::frame_flow(video, 1);
  EXPECT_EQ(file_bytes(scratch_ / "out/cat/2.jpg"),
            data::encode_jpeg(data::colour_flow(flow, data::flow_radius(flow, 0.99)), 95));
  const io::Array raw = io::read_npy(scratch_ / "out/cat/2.npy");
  EXPECT_EQ(raw.shape, Shape({2, 24, 32}));
  std::vector<float> values = flow.right;
  values.insert(values.end(), flow.down.begin(), flow.down.end());
  EXPECT_TRUE(std::ranges::equal(raw.as<float>(), values));
}

TEST_F(Flow, OfOneFolderAndOfSeveral) {
  ASSERT_EQ(run({scratch_ / "in/cat/", "-o", scratch_ / "one", "--radius", "4"}), 0) << err_;
  const data::Video video = data::videos_below(scratch_ / "in/cat").at(0);
  EXPECT_EQ(file_bytes(scratch_ / "one/1.jpg"),
            data::encode_jpeg(data::colour_flow(data::frame_flow(video, 0), 4.0f), 95));
  ASSERT_EQ(run({scratch_ / "in/cat/", scratch_ / "in/dog", "-o", scratch_ / "two"}), 0) << err_;
  EXPECT_TRUE(fs::exists(scratch_ / "two/cat/1.jpg"));
  EXPECT_TRUE(fs::exists(scratch_ / "two/dog/8.jpg"));
}

TEST_F(Flow, FillsAVideoSet) {
  data::write_generated_set(scratch_.path(), {.task = data::Task::kVideo,
                                              .name = "clips",
                                              .count = 4,
                                              .frames = 2,
                                              .height = 40,
                                              .width = 48});
  const fs::path optical = scratch_ / "vsod/clips/optical";
  fs::remove_all(optical);
  ASSERT_EQ(run({"--data-path", scratch_.path().string(), "--set", "clips"}), 0) << err_;
  EXPECT_TRUE(fs::exists(optical / "clip_0001/00000.jpg"));
  data::DatasetOptions options{.root = scratch_.path()};
  data::add_sets("o=clips", options.test_sets);
  EXPECT_EQ(data::evaluation_lists("oe", options).at(0).samples.size(), 4u);
}

TEST_F(Flow, KeepsWhatIsThere) {
  const std::vector<std::string> all = {scratch_ / "in", "-o", scratch_ / "out", "--json"};
  ASSERT_EQ(run(all), 0) << err_;
  const auto right = file_bytes(scratch_ / "out/cat/1.jpg");
  fs::remove(scratch_ / "out/cat/1.jpg");
  data::testing::put_image(scratch_ / "out/dog/7.jpg");
  const auto other = file_bytes(scratch_ / "out/dog/7.jpg");
  ASSERT_EQ(run(all), 0) << err_;
  EXPECT_EQ(nlohmann::json::parse(out_).at("written"), 1);
  EXPECT_EQ(nlohmann::json::parse(out_).at("kept"), 3);
  EXPECT_EQ(file_bytes(scratch_ / "out/cat/1.jpg"), right);
  EXPECT_EQ(file_bytes(scratch_ / "out/dog/7.jpg"), other);
  ASSERT_EQ(run({scratch_ / "in", "-o", scratch_ / "out", "--overwrite", "--threads", "1"}), 0);
  EXPECT_EQ(file_bytes(scratch_ / "out/cat/1.jpg"), right);
  EXPECT_NE(file_bytes(scratch_ / "out/dog/7.jpg"), other);
}

TEST_F(Flow, NamesBadFramesAndGoesOn) {
  std::ofstream(scratch_ / "in/cat/3.jpg") << "no picture";
  for (const char* name : {"in/cat/4.jpg", "in/cat/5.jpg"})
    data::testing::put_image(scratch_ / name, 3, ++seed_, 24, 32);
  data::testing::put_image(scratch_ / "in/dog/9.png", 3, 1, 30, 32);
  EXPECT_EQ(run({scratch_ / "in", "-o", scratch_ / "out", "--json"}), 1);
  const nlohmann::json result = nlohmann::json::parse(out_);
  // Each pair that a bad frame is in: 2-3, 3-4; and 8-9 of two sizes, 9 back to 8.
  EXPECT_EQ(result.at("failed"),
            nlohmann::json({scratch_ / "in/cat/2.jpg", scratch_ / "in/cat/3.jpg",
                            scratch_ / "in/dog/8.png", scratch_ / "in/dog/9.png"}));
  EXPECT_EQ(result.at("written"), 4);
  EXPECT_THAT(err_, HasSubstr("got 24 x 32 of '"));
  EXPECT_THAT(err_, HasSubstr("4 of 8 frames failed"));
}

TEST_F(Flow, RefusesWhatWouldHarmFrames) {
  EXPECT_EQ(run({scratch_ / "in", "-o", scratch_ / "in"}), 2);
  EXPECT_EQ(run({scratch_ / "in", "-o", scratch_ / "in/cat/.."}), 2);
  EXPECT_EQ(run({scratch_ / "in", "-o", scratch_ / "in/optical"}), 2);
  EXPECT_THAT(err_, HasSubstr("must lie outside of the folder of frames"));
  EXPECT_EQ(run({scratch_ / "in/cat", scratch_ / "in/cat/", "-o", scratch_ / "out"}), 2);
  EXPECT_THAT(err_, HasSubstr("two videos would go to"));
  EXPECT_EQ(run({"-o", scratch_ / "out"}), 2);
  EXPECT_EQ(run({scratch_ / "in"}), 2);
  EXPECT_EQ(run({scratch_ / "nothing", "-o", scratch_ / "out"}), 1);
  EXPECT_FALSE(fs::exists(scratch_ / "out"));
}

}  // namespace
}  // namespace salix::testing
