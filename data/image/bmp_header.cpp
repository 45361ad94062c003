#include "data/image/bmp_header.h"

#include <algorithm>
#include <bit>

namespace salix::data::detail {
namespace {

constexpr std::size_t kFileHeaderBytes = 14;
constexpr std::size_t kOs2HeaderBytes = 12, kWindowsHeaderBytes = 40, kOs2LongHeaderBytes = 64;
constexpr std::uint32_t kBitFields = 3;

void read_size(const UntrustedFile& file, bool is_os2, const DecodeLimits& limits,
               BmpHeader& header) {
  const auto width = is_os2 ? std::int64_t{file.little_endian(18, 2)}
                            : std::int64_t{static_cast<std::int32_t>(file.little_endian(18, 4))};
  const auto height = is_os2 ? std::int64_t{file.little_endian(20, 2)}
                             : std::int64_t{static_cast<std::int32_t>(file.little_endian(22, 4))};
  header.top_down = height < 0;
  file.check_declared_size(width, header.top_down ? -height : height, limits);
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(header.top_down ? -height : height);
}

void read_coding(const UntrustedFile& file, std::uint32_t coding, std::size_t header_bytes,
                 BmpHeader& header) {
  const unsigned bits = header.bits;
  const bool has_palette = bits == 1 || bits == 4 || bits == 8;
  if (!has_palette && bits != 16 && bits != 24 && bits != 32)
    file.refuse_kind("is a BMP with ", bits, " bits per pixel");
  header.coding = static_cast<BmpCoding>(std::min(coding, kBitFields));
  const bool fits = coding == 0 || (coding == 1 && bits == 8) || (coding == 2 && bits == 4) ||
                    (coding == kBitFields && !has_palette && header_bytes != kOs2LongHeaderBytes);
  if (!fits)
    file.refuse_kind("is a BMP with compression ", coding, " and ", bits, " bits per pixel");
}

// Gives where the masks end.
std::size_t read_masks(const UntrustedFile& file, std::size_t header_bytes, BmpHeader& header) {
  constexpr std::array<std::uint32_t, 3> k555{0x7C00, 0x3E0, 0x1F}, k888{0xFF0000, 0xFF00, 0xFF};
  const std::size_t start = kFileHeaderBytes + kWindowsHeaderBytes;
  const std::size_t end = kFileHeaderBytes + header_bytes;
  header.masks = header.bits == 16 ? k555 : k888;
  if (header.coding != BmpCoding::kMasks) return end;
  std::array<std::uint32_t, 3> masks{};
  for (std::size_t k = 0; k < 3; ++k) masks[k] = file.little_endian(start + 4 * k, 4);
  const bool none = (masks[0] | masks[1] | masks[2]) == 0;
  if (!none || header.bits != 32) header.masks = masks;
  for (const std::uint32_t mask : header.masks) {
    const std::uint32_t low = mask == 0 ? 0 : mask >> std::countr_zero(mask);
    if (mask == 0 || low > 255 || (low & (low + 1)) != 0)
      file.refuse_kind("is a BMP whose colour masks are not 1 to 8 adjacent bits each");
  }
  return std::max(end, start + 12);
}

// Blue, green, red (and a spare byte, but not in OS/2's short form) per colour.
void read_palette(const UntrustedFile& file, std::size_t start, bool is_os2, BmpHeader& header) {
  const std::size_t entry_bytes = is_os2 ? 3 : 4;
  const std::size_t declared = is_os2 ? 0 : file.little_endian(46, 4);
  const std::size_t colours = declared == 0 ? std::size_t{1} << header.bits : declared;
  // Some writers give the offset of the palette instead of that of the pixels.
  if (header.pixel_offset <= start) header.pixel_offset = start + entry_bytes * colours;
  const std::size_t room = (header.pixel_offset - start) / entry_bytes;
  for (std::size_t k = 0; k < std::min({colours, room, header.palette.size()}); ++k) {
    const std::uint32_t bgr = file.little_endian(start + entry_bytes * k, 3);
    header.palette[k] = {static_cast<std::uint8_t>(bgr >> 16), static_cast<std::uint8_t>(bgr >> 8),
                         static_cast<std::uint8_t>(bgr)};
  }
}

}  // namespace

BmpHeader read_bmp_header(const UntrustedFile& file, const DecodeLimits& limits) {
  const std::size_t header_bytes = file.little_endian(kFileHeaderBytes, 4);
  constexpr std::size_t kSizes[] = {
      kOs2HeaderBytes, kWindowsHeaderBytes, 52, 56, kOs2LongHeaderBytes, 108, 124};
  if (std::find(std::begin(kSizes), std::end(kSizes), header_bytes) == std::end(kSizes))
    file.refuse("is a damaged BMP, or one of a kind that is not read: its header has ",
                header_bytes, " bytes; 12, 40, 52, 56, 64, 108 and 124 are known");
  const bool is_os2 = header_bytes == kOs2HeaderBytes;
  BmpHeader header;
  header.pixel_offset = file.little_endian(10, 4);
  header.bits = file.little_endian(is_os2 ? 24 : 28, 2);
  read_size(file, is_os2, limits, header);
  read_coding(file, is_os2 ? 0 : file.little_endian(30, 4), header_bytes, header);
  if (header.bits <= 8) {
    read_palette(file, kFileHeaderBytes + header_bytes, is_os2, header);
  } else {
    const std::size_t end = read_masks(file, header_bytes, header);
    if (header.pixel_offset == 0) header.pixel_offset = end;
    if (header.pixel_offset < end)
      file.refuse("is a damaged BMP: its pixels cannot begin at byte ", header.pixel_offset,
                  ", within its header of ", end, " bytes");
  }

  const std::size_t room = file.size() - std::min(file.size(), header.pixel_offset);
  const bool packed = header.coding == BmpCoding::kPlain || header.coding == BmpCoding::kMasks;
  if (packed && static_cast<std::size_t>(header.height) > room / header.row_bytes())
    file.refuse("is cut short: its header declares ", header.height, " rows of ",
                header.row_bytes(), " bytes from byte ", header.pixel_offset,
                " on and the file has ", file.size());
  return header;
}

}  // namespace salix::data::detail
