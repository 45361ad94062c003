// List files: which fields a line has, what is wrong with one, and the samples they make.
#include "data/sets/list_file.h"

#include <gmock/gmock.h>

#include "tests/data/sets/tree_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using salix::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Property;
using testing::put_image;
using ::testing::Throws;

class ListFile : public ::testing::Test {
 protected:
  std::string write(const std::string& text, const std::string& name = "LFSD.txt") const {
    std::ofstream(folder / name) << text;
    return folder / name;
  }
  std::vector<ListedFiles> read(const std::string& text) const {
    return read_list_file(write(text), "root");
  }
  // Images, depth and truths called 1 and 2.
  DatasetOptions with_samples() const {
    for (const char* name : {"1", "2"}) {
      put_image(folder.path() / "RGB" / (std::string(name) + ".jpg"));
      put_image(folder.path() / "depth" / (std::string(name) + ".png"), 1);
      put_image(folder.path() / "GT" / (std::string(name) + ".png"), 1);
    }
    return {.root = folder.path()};
  }
  ScratchFolder folder;
};

template <typename Kind, typename Text>
auto throws(const Text& text) {
  return Throws<Kind>(Property(&Error::what, text));
}

TEST_F(ListFile, TheNumberOfFieldsSaysWhatTheyAre) {
  const std::vector<ListedFiles> lines = read(
      "a.jpg b.bmp c.png d.jpg e.png\n"
      "a.jpg b.bmp c.png d.jpg\r\n"
      "\n"
      "RGB/a.jpg depth/b.bmp c.png\n"
      "a.jpg c.png d.jpg\n"
      "a.jpg c.png\n"
      "a.jpg");
  ASSERT_EQ(lines.size(), 6u);
  for (const ListedFiles& files : lines) EXPECT_EQ(files.image.filename(), "a.jpg");
  EXPECT_EQ(lines[0].depth, fs::path("root/b.bmp"));
  EXPECT_EQ(lines[0].labels, fs::path("root/c.png"));
  EXPECT_EQ(lines[0].instances, fs::path("root/d.jpg"));
  EXPECT_EQ(lines[0].contours, fs::path("root/e.png"));
  EXPECT_EQ(lines[1].instances, fs::path("root/d.jpg"));
  EXPECT_TRUE(lines[1].contours.empty());
  EXPECT_EQ(lines[2].depth, fs::path("root/depth/b.bmp"));
  EXPECT_EQ(lines[2].labels, fs::path("root/c.png"));
  EXPECT_EQ(lines[2].line, 4);
  EXPECT_TRUE(lines[3].depth.empty());
  EXPECT_EQ(lines[3].labels, fs::path("root/c.png"));
  EXPECT_EQ(lines[3].instances, fs::path("root/d.jpg"));
  EXPECT_EQ(lines[4].labels, fs::path("root/c.png"));
  EXPECT_TRUE(lines[5].labels.empty());
}

TEST_F(ListFile, NamesALineThatIsNone) {
  EXPECT_THAT([&] { read("a b\na b c d e f\n"); },
              throws<InvalidInput>(AllOf(HasSubstr("LFSD.txt', line 2 has 6 fields"),
                                         HasSubstr("one space between them"))));
  EXPECT_THAT([&] { read("a.jpg  b.png\n"); },
              throws<InvalidInput>(HasSubstr("line 1: field 2 is empty; put one space")));
  EXPECT_THAT([&] { read("\n  \n"); }, throws<InvalidInput>(HasSubstr("it has no line")));
  EXPECT_THAT([&] { read_list_file(folder / "none.txt", ""); },
              throws<IoError>(HasSubstr("none.txt")));
}

TEST_F(ListFile, BecomesASetWithDepth) {
  const DatasetOptions options = with_samples();
  const std::string file = write(
      "RGB/2.jpg depth/2.png GT/2.png\n"
      "RGB/1.jpg depth/1.png GT/1.png\n");
  const SampleList list = listed_samples(file, options);
  EXPECT_EQ(list.name, "d_LFSD");
  EXPECT_EQ(list.task, Task::kDepth);
  ASSERT_EQ(list.samples.size(), 2u);
  EXPECT_EQ(list.samples[0].name, "2");  // the order of the lines
  EXPECT_EQ(list.samples[0].set, "LFSD");
  EXPECT_EQ(list.samples[0].modality, folder.path() / "depth/2.png");
  EXPECT_EQ(list.samples[1].mask, folder.path() / "GT/1.png");
  EXPECT_EQ(listed_samples("mine=" + file, options).name, "d_mine");
  const SampleList colour = listed_samples(write("RGB/1.jpg GT/1.png\n", "c.txt"), options);
  EXPECT_EQ(colour.name, "c_c");
}

TEST_F(ListFile, NamesWhatIsMissingWithItsLine) {
  DatasetOptions options = with_samples();
  const std::string file = write(
      "RGB/1.jpg depth/1.png GT/1.png\n"
      "RGB/2.jpg GT/2.png\n"
      "RGB/3.jpg depth/3.png GT/3.png\n");
  EXPECT_THAT(
      [&] { listed_samples(file, options); },
      throws<IoError>(AllOf(HasSubstr("4 things are missing"), HasSubstr("line 2: it has no depth"),
                            HasSubstr("line 3: '" + folder / "RGB/3.jpg"), HasSubstr("GT/3.png"))));
  options.modality_required = options.masks_required = false;
  EXPECT_THAT([&] { listed_samples(file, options); },
              throws<IoError>(HasSubstr("1 thing is missing")));
}

TEST_F(ListFile, RefusesTwoImagesOfOneNameAndLeavesOutTheExcluded) {
  DatasetOptions options = with_samples();
  put_image(folder.path() / "more/1.jpg");
  options.masks_required = false;
  EXPECT_THAT([&] { listed_samples(write("RGB/1.jpg\nmore/1.jpg\n"), options); },
              throws<InvalidInput>(HasSubstr("line 2: the image is called '1' as that of line 1")));
  options.excluded["LFSD"] = {"1"};
  const SampleList rest = listed_samples(write("RGB/1.jpg\nRGB/2.jpg\n"), options);
  ASSERT_EQ(rest.samples.size(), 1u);
  EXPECT_EQ(rest.samples[0].name, "2");
}

// Lists to learn from: lines of five files, or of four.
class TrainingList : public ListFile {
 protected:
  static constexpr const char* kFolders[] = {"RGB", "Depth", "scribble", "regions", "contours"};

  // A line of the first `fields` of these, each NAME.png in its folder.
  static std::string line_of(const std::string& name, int fields = 5) {
    std::string line;
    for (int k = 0; k < fields; ++k)
      line += (k > 0 ? " " : "") + std::string(kFolders[k]) + "/" + name + ".png";
    return line + "\n";
  }
  void put_files_of(const std::string& name) const {
    for (const char* below : kFolders) put_image(folder.path() / below / (name + ".png"), 1);
  }
  std::vector<SampleFiles> samples_of(const std::string& text) const {
    return listed_training_samples(write(text, "train.txt"), {.root = folder.path()});
  }
};

TEST_F(TrainingList, HasAllFilesOfASample) {
  put_files_of("b");
  put_files_of("a");
  const std::vector<SampleFiles> samples = samples_of(line_of("b") + line_of("a"));
  ASSERT_EQ(samples.size(), 2u);
  const SampleFiles& first = samples[0];
  EXPECT_EQ(first.name, "b");  // the order of the lines
  EXPECT_EQ(first.set, "train");
  EXPECT_EQ(first.task, Task::kDepth);
  EXPECT_FALSE(first.has_truth);
  EXPECT_EQ(first.image, folder.path() / "RGB/b.png");
  EXPECT_EQ(first.modality, folder.path() / "Depth/b.png");
  EXPECT_EQ(first.mask, folder.path() / "scribble/b.png");
  EXPECT_EQ(first.regions, folder.path() / "regions/b.png");
  EXPECT_EQ(first.contours, folder.path() / "contours/b.png");
  EXPECT_EQ(listed_training_samples("mine=" + folder / "train.txt", {.root = folder.path()})[1].set,
            "mine");
}

TEST_F(TrainingList, MayBeWithoutContours) {
  put_files_of("a");
  put_files_of("b");
  const std::vector<SampleFiles> samples = samples_of(line_of("a", 4) + line_of("b", 4));
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_TRUE(samples[1].contours.empty());
  EXPECT_FALSE(samples[1].regions.empty());
  EXPECT_THAT([&] { samples_of(line_of("a") + line_of("b", 4)); },
              throws<InvalidInput>(HasSubstr("line 2 has no contours, and line 1 has; give them")));
  EXPECT_THAT([&] { samples_of(line_of("a", 4) + line_of("b")); },
              throws<InvalidInput>(HasSubstr("line 2 has contours, and line 1 has none; give")));
}

TEST_F(TrainingList, NeedsDepthAndRegions) {
  put_files_of("a");
  put_files_of("b");
  const char* kExpected = "a line is 'image depth scribbles regions contours'";
  EXPECT_THAT([&] { samples_of("RGB/a.png scribble/a.png\n"); },
              throws<InvalidInput>(AllOf(HasSubstr("line 1 has no depth"), HasSubstr(kExpected),
                                         HasSubstr("`salix scribble` writes such lists"))));
  EXPECT_THAT([&] { samples_of("RGB/a.png scribble/a.png regions/a.png\n"); },
              throws<InvalidInput>(HasSubstr("line 1 has no depth")));
  EXPECT_THAT([&] { samples_of("RGB/a.png\n"); },
              throws<InvalidInput>(HasSubstr("line 1 has no depth")));
  EXPECT_THAT(
      [&] { samples_of(line_of("a") + line_of("b", 3)); },
      throws<InvalidInput>(AllOf(HasSubstr("line 2 has no regions"), HasSubstr(kExpected))));
}

TEST_F(TrainingList, NamesTheFirstTenMissingFilesWithTheirLines) {
  put_files_of("a");
  EXPECT_THAT([&] { samples_of(line_of("a") + line_of("b") + line_of("c") + line_of("d")); },
              throws<IoError>(AllOf(HasSubstr("train.txt': 15 things are missing"),
                                    HasSubstr("line 2: '" + folder / "RGB/b.png"),
                                    HasSubstr("line 3: '" + folder / "contours/c.png"),
                                    HasSubstr("and 5 more"))));
}

TEST_F(TrainingList, RefusesTwoSamplesOfOneName) {
  put_files_of("a");
  EXPECT_THAT([&] { samples_of(line_of("a") + line_of("a")); },
              throws<InvalidInput>(HasSubstr("line 2: the image is called 'a' as that of line 1")));
}

}  // namespace
}  // namespace salix::data
