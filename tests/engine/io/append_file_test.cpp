#include "engine/io/append_file.h"

#include "engine/io/crc32.h"
#include "engine/io/file.h"
#include "tests/engine/io/files.h"
#include "tests/support/file_limit.h"

namespace salix::io {
namespace {

using salix::testing::FileSizeLimit;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

TEST(AppendFile, AppendsAndShortens) {
  const ScratchFolder folder;
  {
    AppendFile file(folder / "log");
    file.append("one\n");
    file.append("two\n");
    file.truncate(4);
  }
  AppendFile(folder / "log").append("three\n");
  EXPECT_EQ(read_text_file(folder / "log"), "one\nthree\n");
}

// The limit lets half of the second line through, as a disk does that fills up.
TEST(AppendFile, LeavesNoTornEndWhenTheDiskIsFull) {
  const ScratchFolder folder;
  AppendFile file(folder / "log");
  file.append("0123456789\n");
  {
    const FileSizeLimit limit(16);
    EXPECT_THAT(message_of([&] { file.append("0123456789\n"); }),
                AllOf(HasSubstr("log: cannot be written"), HasSubstr("what was written before")));
    EXPECT_EQ(read_text_file(folder / "log"), "0123456789\n");
  }
  file.append("ab\n");
  EXPECT_EQ(read_text_file(folder / "log"), "0123456789\nab\n");
}

TEST(AppendFile, SaysThatTheDiskIsFull) {
  AppendFile file("/dev/full");
  EXPECT_THAT(message_of([&] { file.append("x"); }), HasSubstr("the disk is full"));
}

TEST(AppendFile, NamesAFolderThatIsNotThere) {
  const ScratchFolder folder;
  EXPECT_THAT(message_of([&] { AppendFile(folder / "none/log"); }),
              HasSubstr("is there such a folder?"));
}

// The check value of CRC-32C, and RFC 3720's 32 zero bytes.
TEST(Crc32c, HasThePublishedValues) {
  EXPECT_EQ(crc32c(0, bytes_of("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(0, bytes_of(std::string(32, '\0'))), 0x8a9136aau);
  EXPECT_EQ(crc32c(crc32c(0, bytes_of("1234")), bytes_of("56789")), 0xe3069283u);
}

}  // namespace
}  // namespace salix::io
