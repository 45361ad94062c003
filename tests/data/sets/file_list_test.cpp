// Files and folders of a command line become one sorted list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/sets/file_list.h"
#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::Throws;

class FileList : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    fs::create_directories(root_ / "photos" / "more");
    fs::create_directories(root_ / "empty");
    for (const char* name : {"photos/b.JPG", "photos/a.png", "photos/c.bmp", "photos/notes.txt",
                             "photos/.hidden.png", "photos/more/d.jpeg", "odd.dat"})
      std::ofstream(root_ / name) << "x";
  }
  void TearDown() override { fs::remove_all(root_); }

  std::vector<std::string> names(const std::vector<std::string>& inputs, bool recursive = false) {
    std::vector<std::string> full, names;
    for (const std::string& input : inputs) full.push_back((root_ / input).string());
    for (const fs::path& path : list_images(full, recursive, warn_))
      names.push_back(path.lexically_relative(root_).string());
    return names;
  }

  std::vector<std::string> warnings_;
  Warn warn_ = [this](const std::string& sentence) { warnings_.push_back(sentence); };
  // One folder per test: ctest runs tests of one program at the same time.
  fs::path root_ = fs::path(::testing::TempDir()) /
                   (std::string("salix_file_list_") +
                    ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(FileList, SortsAFolderAndSkipsWhatIsNoImage) {
  EXPECT_THAT(names({"photos"}), ElementsAre("photos/a.png", "photos/b.JPG", "photos/c.bmp"));
  EXPECT_THAT(names({"photos"}, true),
              ElementsAre("photos/a.png", "photos/b.JPG", "photos/c.bmp", "photos/more/d.jpeg"));
}

TEST_F(FileList, KeepsTheOrderOfInputsAndNamesEachOnce) {
  EXPECT_THAT(names({"photos/c.bmp", "odd.dat", "photos", "photos/./a.png"}),
              ElementsAre("photos/c.bmp", "odd.dat", "photos/a.png", "photos/b.JPG"));
}

TEST_F(FileList, SaysWhatIsMissing) {
  const auto says = [](const auto& matcher) {
    return Throws<IoError>(Property(&IoError::what, matcher));
  };
  EXPECT_THAT([&] { names({"photos", "gone"}); }, says(HasSubstr("gone' does not exist")));
  EXPECT_THAT([&] { names({"empty"}); },
              says(AllOf(HasSubstr("empty' holds no .jpg"), HasSubstr("name the folder"))));
  EXPECT_THROW(names({}), InvalidInput);
}

TEST_F(FileList, NamesPicturesThatAreNotRead) {
  EXPECT_THAT(names({"photos"}), ElementsAre("photos/a.png", "photos/b.JPG", "photos/c.bmp"));
  EXPECT_THAT(warnings_, IsEmpty());
  for (const char* name : {"web.webp", "scan.TIF", "anim.gif", "phone.heic", "old.jfif", "x.jpe"})
    std::ofstream(root_ / "photos" / name) << "x";
  EXPECT_EQ(names({"photos"}).size(), 5u);
  EXPECT_THAT(warnings_,
              ElementsAre(AllOf(HasSubstr("4 pictures are left out (.gif, .heic, .tif, .webp"),
                                HasSubstr("'anim.gif', 'phone.heic', 'scan.TIF' and 1 more"))));
  std::ofstream(root_ / "empty/only.webp") << "x";
  EXPECT_THAT([&] { names({"empty"}); },
              Throws<IoError>(Property(
                  &IoError::what, AllOf(HasSubstr("holds no .jpg"), HasSubstr("'only.webp'")))));
}

TEST_F(FileList, ReadsEachFolderOnceAndNamesLinksThatLeadNowhere) {
  fs::create_directory_symlink("..", root_ / "photos/loop");
  fs::create_directory_symlink("more", root_ / "photos/a_second_name");
  fs::create_directories(root_ / "elsewhere");
  std::ofstream(root_ / "elsewhere/e.png") << "x";
  fs::create_directory_symlink(root_ / "elsewhere", root_ / "photos/linked");
  fs::create_symlink("nothing.jpg", root_ / "photos/gone.jpg");
  fs::create_symlink("self", root_ / "photos/self");
  fs::create_symlink("a.png", root_ / "photos/z.png");
  EXPECT_THAT(names({"photos"}, true),
              ElementsAre("photos/a.png", "photos/b.JPG", "photos/c.bmp", "photos/linked/e.png",
                          "photos/more/d.jpeg", "photos/z.png"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("2 links lead nowhere: 'gone.jpg', 'self'"),
                                     HasSubstr("links are not followed: 'a_second_name', 'loop'")));
}

TEST_F(FileList, TakesADashForStandardInput) {
  const std::vector<std::string> dash{"-"};
  EXPECT_THAT(list_images(dash), ElementsAre(fs::path("/dev/stdin")));
}

TEST(HasImageExtension, IgnoresCase) {
  EXPECT_TRUE(has_image_extension("x/y.JFIF"));
  EXPECT_TRUE(has_image_extension("x/y.JpEg"));
  EXPECT_FALSE(has_image_extension("x/jpg"));
  EXPECT_FALSE(has_image_extension("y.png.txt"));
}

}  // namespace
}  // namespace salix::data
