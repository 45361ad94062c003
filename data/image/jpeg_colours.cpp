#include "data/image/jpeg_colours.h"

#include "data/image/jpeg_standard_tables.h"

namespace salix::data::detail {
namespace {

constexpr std::ptrdiff_t kStartMarkBytes = 2;
constexpr std::uint8_t kAdobeYcck = 2;

// Adobe's APP14 mark with colour transform 0: four components are CMYK.
constexpr std::uint8_t kAdobeCmyk[] = {0xFF, 0xEE, 0,   14, 'A', 'd', 'o', 'b',
                                       'e',  0,    100, 0,  0,   0,   0,   0};

bool is_called_rgb(const UntrustedFile& file, const JpegSegments& segments) {
  const std::uint8_t* names = file.bytes.data() + segments.frame.offset + 6;  // each of 3 bytes
  return names[0] == 'R' && names[3] == 'G' && names[6] == 'B';
}

// 'R', 'G', 'B' become 1, 2, 3 in the frame and in every scan.
void rename_components(std::vector<std::uint8_t>& bytes, const JpegSegments& segments) {
  const auto rename = [&](std::size_t at) {
    bytes[at] = bytes[at] == 'R' ? 1 : bytes[at] == 'G' ? 2 : 3;
  };
  for (std::size_t k = 0; k < 3; ++k) rename(segments.frame.offset + 6 + 3 * k);
  for (const JpegSegment& scan : segments.scans) {
    for (std::size_t k = 0; k < bytes[scan.offset]; ++k) rename(scan.offset + 1 + 2 * k);
  }
}

}  // namespace

std::vector<std::uint8_t> jpeg_for_stb(const UntrustedFile& file, const JpegSegments& segments) {
  const std::size_t components = segments.components(file);
  const int transform = segments.adobe_transform ? file.bytes[*segments.adobe_transform] : -1;
  const bool has_ycc_mark = segments.has_jfif_mark || transform > 0;
  const bool rename = components == 3 && has_ycc_mark && is_called_rgb(file, segments);
  const bool mark_cmyk = components == 4 && transform < 0;
  const bool mark_ycck = components == 4 && transform > 0 && transform != kAdobeYcck;
  if (!rename && !mark_cmyk && !mark_ycck && !segments.lacks_huffman_tables) return {};

  std::vector<std::uint8_t> bytes(file.bytes.begin(), file.bytes.end());
  if (rename) rename_components(bytes, segments);
  if (mark_ycck) bytes[*segments.adobe_transform] = kAdobeYcck;
  const auto front = [&] { return bytes.begin() + kStartMarkBytes; };
  if (mark_cmyk) bytes.insert(front(), std::begin(kAdobeCmyk), std::end(kAdobeCmyk));
  if (segments.lacks_huffman_tables) {
    const std::vector<std::uint8_t> tables = standard_huffman_tables();
    bytes.insert(front(), tables.begin(), tables.end());
  }
  return bytes;
}

}  // namespace salix::data::detail
