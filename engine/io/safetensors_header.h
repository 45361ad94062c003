// The JSON header of a safetensors file.
#pragma once

#include "engine/io/array.h"
#include "engine/io/bytes.h"

namespace salix::io {

struct SafetensorsEntry {
  std::string name;
  std::string dtype;  // as written: "F32"
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  // in bytes, from the end of the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  Metadata metadata;
};

// The form only (fields present once, right kinds, no duplicate names, shapes of at most 32
// axes); whether the numbers agree with the data is the reader's to check. The
// parser keeps no tree, so memory stays in proportion to the text whatever it says.
SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& source);

std::string make_safetensors_header(const SafetensorsHeader& header);

}  // namespace salix::io
