#include "data/image/image_check.h"

#include "engine/error.h"

namespace salix::data::detail {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The markers of ITU-T T.81 that matter here.
constexpr std::uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA;
constexpr std::uint8_t kHuffmanTables = 0xC4;

bool is_frame_header(std::uint8_t marker) { return marker >= 0xC0 && marker <= 0xC2; }

bool has_no_segment(std::uint8_t marker) {
  return marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= kStartOfImage);
}

// One DHT segment: tables of a class byte, 16 counts (codes of 1..16 bits) and the symbols.
// stb keeps 256 symbols, and marks "code longer than 9 bits" by the index 255.
bool huffman_tables_fit(Bytes segment) {
  while (!segment.empty()) {
    if (segment.size() < 17) return false;
    std::size_t symbols = 0, short_symbols = 0;
    for (std::size_t bits = 1; bits <= 16; ++bits) {
      symbols += segment[bits];
      if (bits <= 9) short_symbols = symbols;
    }
    if (symbols > 256 || short_symbols > 255 || segment.size() < 17 + symbols) return false;
    segment = segment.subspan(17 + symbols);
  }
  return true;
}

std::int64_t big_endian16(Bytes bytes, std::size_t offset) {
  return std::int64_t{bytes[offset]} << 8 | bytes[offset + 1];
}

// Entropy-coded data hides no marker (0xFF is followed by 0 there), so one loop serves
// between segments and inside scans.
std::string find_jpeg_defect(Bytes bytes) {
  constexpr std::int64_t kMaxScannedPixels = std::int64_t{1} << 33;  // 12 scans of 7e8 pixels
  if (bytes[1] != kStartOfImage) return "does not begin with a JPEG start mark";
  std::int64_t pixels = 0, scans = 0;
  for (std::size_t i = 2; i + 1 < bytes.size();) {
    const std::uint8_t marker = bytes[i + 1];
    if (bytes[i] != 0xFF || marker == 0xFF || has_no_segment(marker)) {
      ++i;
      continue;
    }
    if (marker == kEndOfImage) break;
    if (i + 4 > bytes.size()) break;
    const auto length = static_cast<std::size_t>(big_endian16(bytes, i + 2));
    if (length < 2 || i + 2 + length > bytes.size()) return "is cut short or damaged";
    const Bytes segment = bytes.subspan(i + 4, length - 2);
    if (marker == kHuffmanTables && !huffman_tables_fit(segment))
      return "has a damaged Huffman table";
    if (is_frame_header(marker) && segment.size() >= 5)
      pixels = big_endian16(segment, 1) * big_endian16(segment, 3);
    if (marker == kStartOfScan && ++scans * pixels > kMaxScannedPixels) {
      return str("declares more than ", scans - 1, " JPEG scans of ", pixels,
                 " pixels, more work than a photograph needs");
    }
    i += 2 + length;
  }
  return "";
}

std::int64_t little_endian(Bytes bytes, std::size_t offset, std::size_t size) {
  std::int64_t value = 0;
  for (std::size_t k = size; k > 0; --k) value = value << 8 | bytes[offset + k - 1];
  return value;
}

std::string find_bmp_defect(Bytes bytes) {
  if (bytes.size() < 30) return "is cut short";
  const bool is_os2 = little_endian(bytes, 14, 4) == 12;
  const std::int64_t width = is_os2 ? little_endian(bytes, 18, 2) : little_endian(bytes, 18, 4);
  // A negative height means that the rows go from top to bottom.
  const std::int64_t height =
      is_os2 ? little_endian(bytes, 20, 2)
             : std::int64_t{static_cast<std::int32_t>(little_endian(bytes, 22, 4))};
  const std::int64_t bits = little_endian(bytes, is_os2 ? 24 : 28, 2);
  const auto available = static_cast<std::int64_t>(bytes.size());
  const std::int64_t row_bytes = (width * bits + 31) / 32 * 4;
  const std::int64_t rows = height < 0 ? -height : height;
  const std::int64_t room = available - little_endian(bytes, 10, 4);
  if (row_bytes == 0 || rows <= room / row_bytes) return "";
  return str("is cut short: its header declares ", rows, " rows of ", row_bytes,
             " bytes and the file has ", available);
}

}  // namespace

std::string find_defect(Bytes bytes) {
  if (bytes.size() < 2) return "is cut short";
  if (bytes[0] == 0xFF) return find_jpeg_defect(bytes);
  if (bytes[0] == 'B' && bytes[1] == 'M') return find_bmp_defect(bytes);
  return "";
}

}  // namespace salix::data::detail
