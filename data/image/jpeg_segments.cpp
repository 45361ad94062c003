#include "data/image/jpeg_segments.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "engine/io/bytes.h"

namespace salix::data::detail {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kMaxScannedPixels = std::int64_t{1} << 33;  // 12 scans of 7e8 pixels

enum Marker : std::uint8_t {
  kBaseline = 0xC0,
  kExtended = 0xC1,
  kProgressive = 0xC2,
  kLossless = 0xC3,
  kHuffmanTables = 0xC4,
  kExtension = 0xC8,
  kFirstArithmetic = 0xC9,
  kLastArithmetic = 0xCB,
  kArithmeticConditions = 0xCC,
  kLastFrame = 0xCF,
  kFirstRestart = 0xD0,
  kStartOfImage = 0xD8,
  kEndOfImage = 0xD9,
  kStartOfScan = 0xDA,
  kJfif = 0xE0,
  kAdobe = 0xEE,
};

// These stand alone; 0 and 0xFF are no markers.
bool has_no_segment(std::uint8_t marker) {
  return marker == 0x00 || marker == 0x01 || marker == 0xFF ||
         (marker >= kFirstRestart && marker <= kStartOfImage);
}

bool is_frame(std::uint8_t marker) {
  return marker >= kBaseline && marker <= kLastFrame && marker != kHuffmanTables &&
         marker != kExtension && marker != kArithmeticConditions;
}

class Walk {
 public:
  explicit Walk(const UntrustedFile& file) : file_(file) {}

  // Entropy-coded data hide no marker (0xFF is followed by 0 there), so one loop serves
  // between segments and inside scans.
  JpegSegments run() {
    for (std::size_t at = next_marker(2);; at = next_marker(at)) {
      const std::uint8_t marker = file_.bytes[at - 1];
      if (marker == kEndOfImage) break;
      const std::size_t length = file_.big_endian(at, 2);
      if (length < 2 || length > file_.size() - at)
        file_.refuse("is cut short or damaged: its segment at byte ", at - 2, " (marker ",
                     int{marker}, ") should have ", length, " bytes and the file has ",
                     file_.size() - at, " more");
      take(marker, {at + 2, length - 2});
      at += length;
    }
    finish();
    return std::move(found_);
  }

 private:
  // The position behind the next marker from `at` on that is followed by something.
  std::size_t next_marker(std::size_t at) const {
    for (;; ++at) {
      const auto* start = file_.bytes.data() + std::min(at, file_.size());
      const auto* mark = static_cast<const std::uint8_t*>(
          std::memchr(start, 0xFF, file_.size() - std::min(at, file_.size())));
      if (mark == nullptr || mark + 1 == file_.bytes.data() + file_.size())
        file_.refuse("is cut short: it has ", file_.size(), " bytes and no JPEG end mark");
      at = static_cast<std::size_t>(mark - file_.bytes.data());
      if (!has_no_segment(mark[1])) return at + 2;
    }
  }

  void take(std::uint8_t marker, JpegSegment segment) {
    if (marker == kHuffmanTables) return take_tables(segment);
    if (is_frame(marker)) return take_frame(marker, segment);
    if (marker == kStartOfScan) return take_scan(segment);
    if (!found_.scans.empty()) return;
    const std::string_view text =
        io::text_of(std::as_bytes(file_.bytes.subspan(segment.offset, segment.size)));
    if (marker == kJfif && text.starts_with("JFIF\0"sv)) found_.has_jfif_mark = true;
    if (marker == kAdobe && text.starts_with("Adobe"sv) && text.size() >= 12)
      found_.adobe_transform = segment.offset + 11;
  }

  // Tables of a class and slot byte, 16 counts (codes of 1 to 16 bits) and the symbols.
  // stb keeps 256 symbols, and marks "code longer than 9 bits" by the index 255.
  void take_tables(JpegSegment segment) {
    auto rest = file_.bytes.subspan(segment.offset, segment.size);
    while (!rest.empty()) {
      std::size_t symbols = 0, short_symbols = 0;
      for (std::size_t bits = 1; bits <= 16 && bits < rest.size(); ++bits) {
        symbols += rest[bits];
        if (bits <= 9) short_symbols = symbols;
      }
      if (symbols > 256 || short_symbols > 255 || rest.size() < 17 + symbols)
        file_.refuse("has a damaged Huffman table at byte ", segment.offset);
      tables_[rest[0] >> 4 & 1] |= 1u << (rest[0] & 15);
      rest = rest.subspan(17 + symbols);
    }
  }

  void take_frame(std::uint8_t marker, JpegSegment segment) {
    if (marker == kLossless) file_.refuse_kind("is a JPEG with lossless coding");
    if (marker >= kFirstArithmetic && marker <= kLastArithmetic)
      file_.refuse_kind("is a JPEG with arithmetic coding");
    if (marker > kProgressive) file_.refuse_kind("is a JPEG with hierarchical coding");
    if (segment.size < 6) file_.refuse("has a damaged JPEG frame at byte ", segment.offset);
    const std::uint8_t* frame = file_.bytes.data() + segment.offset;
    if (frame[0] != 8) file_.refuse_kind("is a JPEG with ", int{frame[0]}, " bits per sample");
    if (segment.size < 6 + std::size_t{3} * frame[5])
      file_.refuse("has a damaged JPEG frame at byte ", segment.offset);
    found_.frame = segment;
    found_.is_sequential = marker != kProgressive;
    pixels_ = std::int64_t{file_.big_endian(segment.offset + 1, 2)} *
              file_.big_endian(segment.offset + 3, 2);
  }

  // Component count, then an id and the slots of two tables for each.
  void take_scan(JpegSegment segment) {
    const std::uint8_t* scan = file_.bytes.data() + segment.offset;
    const std::size_t count = segment.size < 1 ? 0 : scan[0];
    if (count < 1 || segment.size < 1 + 2 * count)
      file_.refuse("has a damaged JPEG scan at byte ", segment.offset);
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint8_t id = scan[1 + 2 * k], slots = scan[2 + 2 * k];
      scanned_[id] = true;
      const bool both = (tables_[0] >> (slots >> 4) & tables_[1] >> (slots & 15) & 1) != 0;
      if (found_.is_sequential && !both) found_.lacks_huffman_tables = true;
    }
    found_.scans.push_back(segment);
    const auto scans = static_cast<std::int64_t>(found_.scans.size());
    if (scans * pixels_ > kMaxScannedPixels)
      file_.refuse("declares more than ", scans - 1, " JPEG scans of ", pixels_,
                   " pixels, more work than a photograph needs");
  }

  void finish() const {
    if (found_.frame.size == 0 || found_.scans.empty())
      file_.refuse("is damaged: no picture comes before its JPEG end mark");
    for (std::size_t k = 0; k < found_.components(file_); ++k) {
      const int id = file_.bytes[found_.frame.offset + 6 + 3 * k];
      if (!scanned_[static_cast<std::size_t>(id)])
        file_.refuse("is damaged: colour component ", id, " is in no JPEG scan");
    }
  }

  const UntrustedFile& file_;
  JpegSegments found_;
  std::int64_t pixels_ = 0;
  std::array<unsigned, 2> tables_{};  // bit masks of slots: DC, AC
  std::array<bool, 256> scanned_{};   // by component id
};

}  // namespace

JpegSegments read_jpeg_segments(const UntrustedFile& file) { return Walk(file).run(); }

}  // namespace salix::data::detail
