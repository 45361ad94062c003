// What is checked in a file before stb_image may decode it: stb trusts some fields that a
// hostile or damaged file can set.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace salix::data::detail {

// Why this file must not be given to stb at all, not even for its header, or an empty
// string. Cost: one pass over the bytes of a JPEG, none of a PNG.
//
// JPEG  Huffman tables that would overflow stb's (releases before 2.28); more scans than
//       photographs have: each passes over all pixels, so a small file could keep a core
//       busy for hours.
// BMP   a file that is shorter than its rows, which stb would fill with zeros.
std::string find_defect(std::span<const std::uint8_t> bytes);

}  // namespace salix::data::detail
