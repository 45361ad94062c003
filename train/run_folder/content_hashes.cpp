#include "train/run_folder/content_hashes.h"

#include <sstream>

#include "engine/error.h"
#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
#include "engine/parallel.h"
#include "train/run_folder/hash.h"

namespace salix {
namespace {

namespace fs = std::filesystem;

std::string hash_or_word(const fs::path& file) {
  try {
    return file_hash(file);
  } catch (const IoError&) {
    return "unreadable";  // whoever needs the file says why
  }
}

}  // namespace

std::vector<std::string> content_hashes(std::span<const fs::path> files) {
  std::vector<std::string> hashes(files.size());
  parallel_for(
      static_cast<std::int64_t>(files.size()), 8, [&](std::int64_t begin, std::int64_t end) {
        for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k) {
          hashes[k] = hash_or_word(files[k]);
        }
      });
  return hashes;
}

void write_content_hashes(const fs::path& list, std::span<const fs::path> files,
                          std::span<const std::string> hashes) {
  SALIX_ASSERT(files.size() == hashes.size());
  std::string text;
  for (std::size_t k = 0; k < files.size(); ++k)
    text += str(hashes[k], "  ", files[k].string(), '\n');
  io::write_file_atomically(list, io::bytes_of(text));
}

ContentChanges changes_since(const fs::path& list, std::span<const fs::path> files,
                             std::span<const std::string> hashes) {
  std::istringstream lines(io::read_text_file(list));
  std::vector<std::string> before;
  for (std::string line; std::getline(lines, line);)
    before.push_back(line.substr(0, line.find(' ')));
  if (before.size() != files.size()) return {files.size(), list};
  ContentChanges changes;
  for (std::size_t k = 0; k < files.size(); ++k) {
    if (before[k] == hashes[k]) continue;
    if (changes.count++ == 0) changes.first = files[k];
  }
  return changes;
}

}  // namespace salix
