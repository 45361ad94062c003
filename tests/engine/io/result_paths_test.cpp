#include "engine/io/result_paths.h"

#include <fstream>

#include "tests/engine/io/files.h"
#include "tests/support/tensors.h"

namespace salix::io {
namespace {

namespace fs = std::filesystem;
using salix::testing::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::ScratchFolder;

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "content";
}

TEST(ResultPaths, RefuseAnInputUnderAnyOfItsNames) {
  const ScratchFolder folder;
  touch(folder / "in/a.png");
  fs::create_directory_symlink("in", folder / "linked");
  fs::create_symlink("in/a.png", folder / "b.png");
  ResultPaths paths("try");
  paths.input(folder / "in/a.png");
  for (const char* name : {"in/a.png", "in/../in/./a.png", "linked/a.png", "b.png"}) {
    EXPECT_FALSE(paths.is_free(folder / name)) << name;
    EXPECT_THAT(error_of([&] { paths.add(folder / name, "'x'"); }),
                AllOf(HasSubstr("try: the result"), HasSubstr("would replace"),
                      HasSubstr(folder / "in/a.png")))
        << name;
  }
  EXPECT_TRUE(paths.is_free(folder / "in/b.png"));
}

TEST(ResultPaths, RefuseTwoResultsOfOneFile) {
  const ScratchFolder folder;
  ResultPaths paths("try");
  paths.add(folder / "out/a.png", "'first.jpg'");
  EXPECT_TRUE(paths.has_result(folder / "out/a.png"));
  EXPECT_THAT(error_of([&] { paths.add(folder / "out/x/../a.png", "'second.jpg'"); }),
              AllOf(HasSubstr("'first.jpg'"), HasSubstr("'second.jpg'")));
}

TEST(ResultPaths, AreTriedBeforeTheWork) {
  const ScratchFolder folder;
  {
    ResultPaths paths("try");
    paths.add(folder / "new/deep/a.png", "'a'");
    paths.prepare();
    EXPECT_TRUE(fs::is_directory(folder / "new/deep"));
    EXPECT_TRUE(fs::is_empty(folder / "new/deep"));
  }
  touch(folder / "file");
  {
    ResultPaths paths("try");
    paths.add(folder / "file/a.png", "'a'");
    EXPECT_THAT(error_of([&] { paths.prepare(); }), HasSubstr("cannot be made"));
  }
  fs::create_directories(folder / "taken.png");
  ResultPaths paths("try");
  paths.add(folder / "taken.png", "'a'");
  EXPECT_THAT(error_of([&] { paths.prepare(); }), HasSubstr("a folder has its place"));
}

TEST(ResultPaths, ReplaceNoFolderThatIsSomebodys) {
  const ScratchFolder folder;
  touch(folder / "labels/a.png");
  touch(folder / "masks/a.png");
  touch(folder / "home/a.png");
  touch(folder / "home/thesis.tex");
  ResultPaths paths("try");
  paths.input(folder / "masks/a.png");
  paths.add_replaced_folder(folder / "labels", "c_A");
  EXPECT_THAT(error_of([&] { paths.add_replaced_folder(folder / "labels", "c_B"); }),
              AllOf(HasSubstr("c_A and c_B"), HasSubstr("different names")));
  EXPECT_THAT(error_of([&] { paths.add_replaced_folder(folder / "masks", "c_A"); }),
              HasSubstr("is read"));
  EXPECT_THAT(error_of([&] { paths.add_replaced_folder(folder / "home", "c_A"); }),
              HasSubstr("thesis.tex"));
  paths.prepare();
  EXPECT_TRUE(fs::exists(folder / "labels/a.png"));
}

TEST(ResultPaths, OfOneFileAreCheckedInOneCall) {
  const ScratchFolder folder;
  touch(folder / "a.pth");
  check_result("try", folder / "b.pth", folder / "a.pth");
  EXPECT_FALSE(fs::exists(folder / "b.pth"));
  EXPECT_THAT(error_of([&] { check_result("try", folder / "a.pth", folder / "a.pth"); }),
              HasSubstr("would replace"));
  EXPECT_THAT(error_of([&] { check_result("try", folder / "none/b.pth", folder / "a.pth"); }),
              HasSubstr("there is no folder"));
}

}  // namespace
}  // namespace salix::io
