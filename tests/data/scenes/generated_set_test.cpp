// Generated data sets: in the layouts that the loader reads, and the same bytes each time.
#include "data/scenes/generated_set.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "data/loading/loader.h"
#include "data/loading/saliency_reader.h"
#include "data/scenes/scribble.h"
#include "data/scribbles/image_maps.h"
#include "data/sets/list_file.h"
#include "engine/parallel.h"
#include "tests/data/sets/tree_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::uint64_t> hashes_below(const fs::path& root) {
  std::map<std::string, std::uint64_t> hashes;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      hashes[entry.path().lexically_relative(root).string()] =
          testing::fnv(testing::file_bytes(entry.path()));
  return hashes;
}

class GeneratedSetTest : public ::testing::Test {
 protected:
  void write(const fs::path& root, std::uint64_t seed = 5) {
    for (const auto& [task, name] :
         std::initializer_list<std::pair<Task, std::string>>{{Task::kColour, "DUTS-TR"},
                                                             {Task::kDepth, "RGBD-TR"},
                                                             {Task::kVideo, "VSOD-TR"},
                                                             {Task::kThermal, "VT5000-TR"}})
      write_generated_set(root, {.task = task,
                                 .name = name,
                                 .training = true,
                                 .count = 7,
                                 .frames = 6,
                                 .height = 40,
                                 .width = 52,
                                 .seed = seed,
                                 .scribbles = true});
  }
  salix::testing::ScratchFolder scratch_;
};

TEST_F(GeneratedSetTest, IsReadAsARealOne) {
  write(scratch_.path());
  DatasetOptions options{.root = scratch_.path()};
  // Of video 7 frames: six of select_0001, of which two are taken, and one of clip_0002.
  const auto samples = training_samples("cdot", {.thin_videos = true}, options);
  EXPECT_EQ(samples.size(), 7u + 7u + 3u + 7u);
  for (const SampleFiles& sample : samples) EXPECT_FALSE(sample.mask.empty()) << sample.name;
  EXPECT_EQ(evaluation_lists("or", options).at(0).samples.size(), 7u);
  Loader loader(samples,
                std::make_shared<SaliencyReader>(
                    SaliencyFields{.letters = "cdot", .size = 32, .with_masks = true}),
                {.batch = 8});
  loader.start_epoch(0);
  int batches = 0;
  while (loader.next()) ++batches;
  EXPECT_EQ(batches, 3);
}

TEST_F(GeneratedSetTest, HasTheSameBytesForTheSameSeedAndAnyNumberOfThreads) {
  const int before = thread_count();
  set_thread_count(1);
  write(scratch_.path() / "a");
  set_thread_count(3);
  write(scratch_.path() / "b");
  set_thread_count(before);
  const auto first = hashes_below(scratch_.path() / "a");
  EXPECT_EQ(first.size(), 7u * (2 + 6 + 3 + 3) + 4 + 1);  // and the mark of each set, and a list
  EXPECT_EQ(first, hashes_below(scratch_.path() / "b"));
  write(scratch_.path() / "b", 6);
  for (const auto& [name, hash] : hashes_below(scratch_.path() / "b"))
    EXPECT_TRUE(name.find(".jpg") == std::string::npos || hash != first.at(name)) << name;
}

TEST_F(GeneratedSetTest, DiffersBetweenSets) {
  for (const char* name : {"ECSSD", "HKU-IS"})
    write_generated_set(scratch_.path(), {.name = name, .count = 3, .height = 40, .width = 52});
  std::set<std::uint64_t> pictures;
  for (const auto& [name, hash] : hashes_below(scratch_.path()))
    if (name.find(".jpg") != std::string::npos) pictures.insert(hash);
  EXPECT_EQ(pictures.size(), 6u);
}

TEST_F(GeneratedSetTest, WritesScribblesInTheirCoding) {
  write(scratch_.path());
  const Image scribble = read_grey(scratch_.path() / "RGBD/RGBD-TR/scribble/0003.png");
  const std::set<std::uint8_t> values(scribble.pixels.begin(), scribble.pixels.end());
  EXPECT_EQ(values,
            (std::set<std::uint8_t>{kScribbleBackground, kScribbleForeground, kScribbleUnknown}));
}

TEST_F(GeneratedSetTest, ListsATrainingSetWithScribbles) {
  write(scratch_.path());
  const auto lines = read_list_file(scratch_.path() / "d_RGBD-TR_scribble.txt", scratch_.path());
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[2].image, scratch_.path() / "RGBD/RGBD-TR/image/0003.jpg");
  for (const ListedFiles& files : lines) {
    const Image image = read_rgb(files.image), depth = read_grey(files.depth);
    EXPECT_EQ(read_grey(files.labels).pixels.size(), depth.pixels.size());
    // Of what a user would have, and of nothing else.
    EXPECT_EQ(read_grey(files.instances).pixels, region_map(image, depth).pixels);
    EXPECT_EQ(read_grey(files.contours).pixels, contour_map(image, depth).pixels);
  }
  write_generated_set(scratch_.path(), {.task = Task::kDepth,
                                        .name = "SIP",
                                        .count = 1,
                                        .height = 40,
                                        .width = 52,
                                        .scribbles = true});
  EXPECT_FALSE(fs::exists(scratch_.path() / "RGBD/SIP/regions"));  // a test set
}

TEST_F(GeneratedSetTest, RefusesAListOfSomebodyAndANameWithASpace) {
  std::ofstream(scratch_.path() / "d_RGBD-TR_scribble.txt") << "a b c d e\n";
  EXPECT_THROW(write(scratch_.path()), InvalidInput);
  EXPECT_THROW(write_generated_set(
                   scratch_.path(),
                   {.task = Task::kDepth, .name = "my set", .training = true, .scribbles = true}),
               InvalidInput);
  EXPECT_FALSE(fs::exists(scratch_.path() / "RGBD"));
}

}  // namespace
}  // namespace salix::data
