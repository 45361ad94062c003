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

}  // namespace
}  // namespace salix::data
