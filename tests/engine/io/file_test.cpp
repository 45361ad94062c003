#include "engine/io/file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "engine/io/atomic_file.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

std::size_t files_in(const ScratchFolder& folder) {
  const std::filesystem::directory_iterator all(folder.path());
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST(File, SaysInOneSentenceWhatIsWrong) {
  const ScratchFolder folder;
  const std::string missing = (folder / "missing").string();
  EXPECT_EQ(message_of([&] { MappedFile file(missing); }), missing + ": there is no such file");
  EXPECT_EQ(message_of([&] { MappedFile file(folder.path()); }),
            folder.path().string() + ": is a folder; a file is needed");
  const std::string empty = (folder / "empty").string();
  std::ofstream(empty).close();
  EXPECT_EQ(message_of([&] { MappedFile file(empty); }), empty + ": the file is empty");
  EXPECT_EQ(read_text_file(empty), "");
  // Opening a pipe that nobody writes must not wait.
  const std::string pipe = (folder / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(message_of([&] { MappedFile file(pipe); }), HasSubstr("is not a regular file"));
}

TEST(AtomicFile, ReplacesOnlyWhenCommitted) {
  const ScratchFolder folder;
  write_file_atomically(folder / "a", bytes_of("old"));
  {
    AtomicFile file(folder / "a");
    file.write("new, but never committed");
    EXPECT_EQ(files_in(folder), 2u);
  }
  EXPECT_EQ(read_text_file(folder / "a"), "old");
  EXPECT_EQ(files_in(folder), 1u);
  write_file_atomically(folder / "a", bytes_of("new"));
  EXPECT_EQ(read_text_file(folder / "a"), "new");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, FollowsSymbolicLinks) {
  const ScratchFolder folder;
  write_file_atomically(folder / "a", bytes_of("old"));
  std::filesystem::create_symlink("a", folder / "link");
  write_file_atomically(folder / "link", bytes_of("new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(read_text_file(folder / "a"), "new");
}

TEST(AtomicFile, RefusesTargetsItCannotReplace) {
  const ScratchFolder folder;
  EXPECT_THAT(message_of([&] { AtomicFile file(folder.path()); }),
              HasSubstr("is a folder; a file name is needed"));
  EXPECT_THAT(message_of([] { AtomicFile file("/dev/null"); }),
              HasSubstr("is not a regular file and is not replaced"));
  EXPECT_THAT(message_of([&] { AtomicFile file(folder / "no/such/a"); }),
              HasSubstr("cannot be written: there is no folder"));
}

TEST(AtomicFile, NamesAnUnwritableFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const ScratchFolder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THAT(message_of([&] { AtomicFile file(folder / "a"); }),
              HasSubstr("may you write to this folder?"));
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

// A size limit fails writes as a full disk does: part of the data is taken, then an error.
TEST(AtomicFile, KeepsTheOldFileWhenWritingFails) {
  const ScratchFolder folder;
  write_file_atomically(folder / "a", bytes_of("old"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message =
      message_of([&] { write_file_atomically(folder / "a", bytes_of(std::string(10000, 'x'))); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(message, HasSubstr("cannot be written: writing failed after 4096 bytes: "));
  EXPECT_THAT(message, HasSubstr("; the old file is unchanged"));
  EXPECT_EQ(read_text_file(folder / "a"), "old");
  EXPECT_EQ(files_in(folder), 1u);
}

}  // namespace
}  // namespace salix::io
