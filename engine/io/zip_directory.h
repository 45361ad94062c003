// The central directory of a zip archive, checked so that what it says can be relied on.
#pragma once

#include <string>
#include <vector>

#include "engine/io/bytes.h"

namespace salix::io {

struct ZipMember {
  std::string name;
  bool deflated = false;  // else stored
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
};

// True when the bytes start as a zip archive does.
bool looks_like_zip(ByteSpan bytes);

// All members, in the directory's order (index i is entry i). What holds afterwards:
// every member lies inside the archive before the directory, none overlaps another (the
// trick of bombs that pack one kernel of data into many members), names are distinct
// relative UTF-8 paths without "..", local headers name the same member, and methods are
// stored or deflate. IoError otherwise; NotSupported for encryption and other methods.
// Sizes come from the directory: writers that stream leave zeros in the local headers.
std::vector<ZipMember> read_zip_directory(ByteSpan archive, const std::string& source);

}  // namespace salix::io
