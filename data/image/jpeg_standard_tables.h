// The Huffman tables that ITU-T T.81, annex K.3, lists as typical.
#pragma once

#include <cstdint>
#include <vector>

namespace salix::data::detail {

// A DHT segment, marker and length included: DC and AC tables for luminance in slot 0 and for
// chrominance in slot 1. Motion JPEG leaves it out of its frames.
std::vector<std::uint8_t> standard_huffman_tables();

}  // namespace salix::data::detail
