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
    for (const fs::path& path : list_images(full, recursive))
      names.push_back(path.lexically_relative(root_).string());
    return names;
  }

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

TEST(HasImageExtension, IgnoresCase) {
  EXPECT_TRUE(has_image_extension("x/y.JpEg"));
  EXPECT_FALSE(has_image_extension("x/jpg"));
  EXPECT_FALSE(has_image_extension("y.png.txt"));
}

}  // namespace
}  // namespace salix::data
