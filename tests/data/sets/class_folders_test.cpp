// Pictures with classes: folders and lists, and what is said of odd ones.
#include "data/sets/class_folders.h"

#include <gmock/gmock.h>

#include "tests/data/sets/tree_support.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;
using salix::testing::ScratchFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Property;
using testing::put_image;
using ::testing::Throws;

class ClassFolders : public ::testing::Test {
 protected:
  void put(const std::string& name) const { put_image(folder.path() / name); }
  // "n02/b.jpg 1" for each picture.
  std::vector<std::string> read(const std::string& where, int classes) {
    said.clear();
    std::vector<std::string> lines;
    for (const ClassPicture& picture :
         class_pictures(folder / where, classes, [&](const auto& s) { said.push_back(s); })) {
      lines.push_back(picture.file.lexically_relative(folder.path()).string() + ' ' +
                      std::to_string(picture.label));
    }
    return lines;
  }
  ScratchFolder folder;
  std::vector<std::string> said;
};

TEST_F(ClassFolders, AClassIsThePlaceOfItsFolderByName) {
  for (const char* name : {"n10/a.jpg", "n02/b.png", "n02/deep/a.JPEG", "Z/c.jpg", ".cache/d.jpg"})
    put(name);
  EXPECT_THAT(read("", 3),
              ElementsAre("Z/c.jpg 0", "n02/b.png 1", "n02/deep/a.JPEG 1", "n10/a.jpg 2"));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(ClassFolders, MayLieInTheFolderVal) {
  put("train/x/1.jpg");
  put("val/y/1.jpg");
  EXPECT_THAT(read("", 1), ElementsAre("val/y/1.jpg 0"));
  EXPECT_THAT(read("val", 1), ElementsAre("val/y/1.jpg 0"));
}

TEST_F(ClassFolders, AFolderOfPicturesCalledValIsAClass) {
  put("cat/1.jpg");
  put("val/1.jpg");
  EXPECT_THAT(read("", 2), ElementsAre("cat/1.jpg 0", "val/1.jpg 1"));
}

TEST_F(ClassFolders, SaysWhatIsOddAndGoesOn) {
  put("a/1.jpg");
  fs::create_directories(folder / "b");
  put("c/1.jpg");
  EXPECT_THAT(read("", 1000), ElementsAre("a/1.jpg 0", "c/1.jpg 2"));
  EXPECT_THAT(said, ElementsAre(AllOf(HasSubstr("has 3 class folders, and the network knows 1000"),
                                      HasSubstr("the first folder by name is taken for class 0")),
                                AllOf(HasSubstr("/b' (class 1) holds no"), HasSubstr("image"))));
  EXPECT_THAT(read("", 2), ElementsAre("a/1.jpg 0"));
  EXPECT_THAT(said.front(), HasSubstr("the pictures of the last 1 are left out"));
}

TEST_F(ClassFolders, RefusesAFolderWithoutClassesOrPictures) {
  put("flat/1.jpg");
  EXPECT_THAT(
      [&] { read("flat", 2); },
      Throws<IoError>(Property(&Error::what,
                               HasSubstr("must have a folder for each class, with its pictures"))));
  fs::create_directories(folder / "empty/a");
  EXPECT_THAT([&] { read("empty", 1); },
              Throws<IoError>(Property(&Error::what, HasSubstr("holds an image"))));
  EXPECT_THAT([&] { read("nowhere", 1); },
              Throws<IoError>(Property(&Error::what, HasSubstr("nowhere"))));
}

TEST_F(ClassFolders, ReadsAList) {
  std::ofstream(folder / "val.txt") << "b.jpg 999\r\n\nholiday photos/a 1.jpg\t0\n";
  EXPECT_THAT(read("val.txt", 1000), ElementsAre("b.jpg 999", "holiday photos/a 1.jpg 0"));
}

TEST_F(ClassFolders, NamesTheLineOfAListThatIsWrong) {
  const auto refusal = [&](const std::string& text) {
    std::ofstream(folder / "val.txt") << text;
    try {
      read("val.txt", 10);
    } catch (const InvalidInput& error) {
      return std::string(error.what());
    }
    return std::string("not refused");
  };
  EXPECT_THAT(refusal("a.jpg 1\nb.jpg\n"),
              AllOf(HasSubstr("line 2 must be the path of a picture"), HasSubstr("got 'b.jpg'")));
  EXPECT_THAT(refusal("a.jpg one\n"), HasSubstr("line 1 must be the path"));
  EXPECT_THAT(refusal("7\n"), HasSubstr("line 1 must be the path"));
  EXPECT_THAT(refusal("a.jpg 10\n"), HasSubstr("line 1: the index must be 0..9"));
  EXPECT_THAT(refusal("a.jpg -1\n"), HasSubstr("got -1"));
  EXPECT_THAT(refusal("\n"), HasSubstr("it has no line"));
}

}  // namespace
}  // namespace salix::data
