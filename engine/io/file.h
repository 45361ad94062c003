// Whole files as bytes.
#pragma once

#include <filesystem>
#include <string>

#include "engine/io/bytes.h"

namespace salix::io {

// A file mapped into memory for reading: a 100 MB checkpoint costs no copy. The bytes live
// as long as this object. (Whoever shortens the file meanwhile takes the bytes away; writers
// here replace files by renaming, which leaves a mapped one whole.)
class MappedFile {
 public:
  // IoError, one sentence each, for a missing file, a folder, something that is not a
  // regular file, an empty file, or one that may not be read.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  ByteSpan bytes() const { return {data_, size_}; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// The whole file as text (for JSON and lists); same errors, but empty files are fine.
std::string read_text_file(const std::filesystem::path& path);

}  // namespace salix::io
