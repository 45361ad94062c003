// Files that grow: logs. What was written stays; a write that fails leaves no torn end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "engine/io/bytes.h"

namespace salix::io {

class AppendFile {
 public:
  // Opens `path` for appending, made when missing. IoError, one sentence, when it cannot be.
  explicit AppendFile(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // All bytes in one call of the system, so that a reader (or kill -9) sees all or, at worst,
  // a shortened end. On a full disk and the like, what came through is taken back and IoError
  // says so; the file can be appended to again later.
  void append(ByteSpan bytes);
  void append(std::string_view text) { append(bytes_of(text)); }
  // Cuts the file to its first `size` bytes.
  void truncate(std::uint64_t size);

 private:
  [[noreturn]] void fail(const char* step, int error) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace salix::io
