// Files that are either the old one or the new one, never a half: written beside the
// target, flushed to the disk, and renamed over it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/io/bytes.h"

namespace salix::io {

// Use: construct, write..., commit. Without commit nothing but the removed temporary
// file happened, and what was there before is untouched.
class AtomicFile {
 public:
  // IoError when the folder is missing or not writable, or the target is a folder or a
  // device. A symbolic link is followed: the file it points to is replaced.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // IoError on a full disk and the like; the message says that the old file is kept.
  void write(ByteSpan bytes);
  void write(std::string_view text) { write(bytes_of(text)); }
  std::uint64_t written() const { return written_; }

  // Makes the new file the file, durably.
  void commit();

 private:
  [[noreturn]] void fail(const char* step, int error) const;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  bool existed_ = false;
  std::uint64_t written_ = 0;
};

void write_file_atomically(const std::filesystem::path& path, ByteSpan bytes);

}  // namespace salix::io
