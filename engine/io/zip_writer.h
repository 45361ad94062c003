// Zip archives of stored (not compressed) members whose data starts at multiples of 64
// bytes, as PyTorch writes them, so that readers may map a member and use it in place.
#pragma once

#include <initializer_list>
#include <vector>

#include "engine/io/atomic_file.h"

namespace salix::io {

class ZipWriter {
 public:
  explicit ZipWriter(AtomicFile& file) : file_(file) {}

  // A member made of `parts`, one after the other. NotSupported when the archive would
  // pass the 4 GiB or 65534 members that its 32-bit records can describe.
  void add(std::string_view name, std::initializer_list<ByteSpan> parts);
  // Writes the directory; the file is then ready to be committed.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t crc;
    std::uint32_t bytes;
    std::uint32_t header_offset;
  };

  AtomicFile& file_;
  std::vector<Entry> entries_;
};

}  // namespace salix::io
