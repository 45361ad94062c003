#include "data/image/jpeg_standard_tables.h"

#include <array>
#include <initializer_list>

namespace salix::data::detail {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
}

// `counts` are the numbers of codes of 1 to 16 bits. The symbols are the categories 0 to 11.
void append_dc_table(Bytes& bytes, int slot, std::initializer_list<int> counts) {
  append(bytes, {slot});
  append(bytes, counts);
  for (int category = 0; category < 12; ++category) append(bytes, {category});
}

// A symbol is a run of 0 to 15 zeros and a size of 1 to 10 bits, as run * 16 + size; 0 ends a
// block, 0xF0 is sixteen zeros. Behind `common` follow all others in rising order.
void append_ac_table(Bytes& bytes, int slot, std::initializer_list<int> counts,
                     std::initializer_list<int> common) {
  append(bytes, {0x10 | slot});
  append(bytes, counts);
  append(bytes, common);
  std::array<bool, 256> used{};
  for (const int symbol : common) used[static_cast<std::size_t>(symbol)] = true;
  for (int symbol = 0; symbol < 256; ++symbol) {
    const int size = symbol % 16;
    if (size >= 1 && size <= 10 && !used[static_cast<std::size_t>(symbol)]) append(bytes, {symbol});
  }
}

}  // namespace

std::vector<std::uint8_t> standard_huffman_tables() {
  Bytes bytes;
  append(bytes, {0xFF, 0xC4, 0, 0});
  append_dc_table(bytes, 0, {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0});
  append_ac_table(bytes, 0, {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
                  {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13,
                   0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42,
                   0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82});
  append_dc_table(bytes, 1, {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0});
  append_ac_table(
      bytes, 1, {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119},
      {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
       0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
       0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1});
  const std::size_t length = bytes.size() - 2;  // the marker does not count
  bytes[2] = static_cast<std::uint8_t>(length >> 8);
  bytes[3] = static_cast<std::uint8_t>(length);
  return bytes;
}

}  // namespace salix::data::detail
