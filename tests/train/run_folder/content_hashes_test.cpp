#include "train/run_folder/content_hashes.h"

#include <gmock/gmock.h>

#include <fstream>

#include "engine/io/file.h"
#include "tests/support/scratch.h"
#include "train/run_folder/hash.h"

namespace salix {
namespace {

namespace fs = std::filesystem;
using testing::ScratchFolder;

std::vector<fs::path> files_in(const ScratchFolder& folder) {
  std::vector<fs::path> files;
  for (int k = 0; k < 40; ++k) {
    files.emplace_back(folder / ("f" + std::to_string(k)));
    std::ofstream(files.back()) << "content " << k;
  }
  return files;
}

TEST(ContentHashes, AreLinesThatXxhsumReads) {
  const ScratchFolder folder;
  const std::vector<fs::path> files = files_in(folder);
  const std::vector<std::string> hashes = content_hashes(files);
  EXPECT_EQ(hashes[7], hash_text("content 7"));
  write_content_hashes(folder / "list", files, hashes);
  EXPECT_THAT(io::read_text_file(folder / "list"),
              ::testing::StartsWith(hash_text("content 0") + "  " + files[0].string() + "\n"));
}

TEST(ContentHashes, TellWhichFilesChanged) {
  const ScratchFolder folder;
  const std::vector<fs::path> files = files_in(folder);
  write_content_hashes(folder / "list", files, content_hashes(files));
  EXPECT_EQ(changes_since(folder / "list", files, content_hashes(files)).count, 0u);
  std::ofstream(files[9]) << "content 8";
  fs::remove(files[30]);
  const ContentChanges changes = changes_since(folder / "list", files, content_hashes(files));
  EXPECT_EQ(changes.count, 2u);
  EXPECT_EQ(changes.first, files[9]);
  const std::vector<fs::path> fewer(files.begin(), files.end() - 1);
  EXPECT_EQ(changes_since(folder / "list", fewer, content_hashes(fewer)).count, 39u);
}

TEST(ContentHashes, NoteThatAFileCannotBeRead) {
  const ScratchFolder folder;
  const std::vector<fs::path> missing{folder / "none"};
  EXPECT_EQ(content_hashes(missing), std::vector<std::string>{"unreadable"});
}

}  // namespace
}  // namespace salix
