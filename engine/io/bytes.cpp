#include "engine/io/bytes.h"

#include <algorithm>
#include <bit>

namespace salix::io {

static_assert(std::endian::native == std::endian::little, "the readers copy little-endian data");

namespace {

// Length of the UTF-8 sequence at the front of `text`, 0 when it is not one. Overlong
// forms and surrogates are refused as the standard demands.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool refused = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
                       (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
  return refused ? 0 : length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      shown += c;
    } else {
      shown += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return text.size() > limit ? shown + "..." : shown;
}

std::string_view ByteReader::line(const char* what) {
  const std::string_view rest = text_of(bytes_.subspan(offset_));
  const std::size_t length = rest.find('\n');
  if (length == std::string_view::npos) fail(what, " must end with a newline; the file ends first");
  offset_ += length + 1;
  return rest.substr(0, length);
}

void ByteReader::fail_short(std::uint64_t count, const char* what) const {
  fail(what, " needs ", count, " bytes; only ", remaining(), " are left (is the file cut off?)");
}

void UnpackBudget::charge(std::uint64_t bytes, const std::string& where) {
  if (bytes > limit_ - used_) {
    throw IoError(
        str(where, ": would unpack to more than ", limit_,
            " bytes in all, far more than the file holds; refused as a decompression bomb"));
  }
  used_ += bytes;
}

}  // namespace salix::io
