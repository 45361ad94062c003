// What the files of a training set held when its run began. A manifest names the set; only the
// bytes say that it is still the same.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace salix {

// file_hash() of each, on all threads; "unreadable" for what cannot be read.
std::vector<std::string> content_hashes(std::span<const std::filesystem::path> files);

// One line per file, hash and path: what `xxhsum --check` reads.
void write_content_hashes(const std::filesystem::path& list,
                          std::span<const std::filesystem::path> files,
                          std::span<const std::string> hashes);

struct ContentChanges {
  std::size_t count = 0;
  std::filesystem::path first;
};

// How many of `files` have other hashes than the list's lines, one by one; files may have moved.
// A list of another length counts as all changed. IoError when it cannot be read.
ContentChanges changes_since(const std::filesystem::path& list,
                             std::span<const std::filesystem::path> files,
                             std::span<const std::string> hashes);

}  // namespace salix
