// The segments of a JPEG file (ITU-T T.81, annex B), walked without decoding any pixel.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

// Where in the file a segment's content lies, behind its marker and its length.
struct JpegSegment {
  std::size_t offset = 0;
  std::size_t size = 0;
};

// What decides how the samples are to be understood. Application marks count only before the
// first scan.
struct JpegSegments {
  JpegSegment frame;               // the last SOF
  bool is_sequential = false;      // of that frame: SOF0 or SOF1
  std::vector<JpegSegment> scans;  // each SOS
  bool has_jfif_mark = false;
  std::optional<std::size_t> adobe_transform;  // offset of that byte in Adobe's APP14
  bool lacks_huffman_tables = false;           // a sequential scan names a table that is not there

  std::size_t components(const UntrustedFile& file) const { return file.bytes[frame.offset + 5]; }
};

// Refuses, before stb_image sees a byte:
//
// * a file that ends before its end mark (EOI), as Pillow does, that has no frame or no scan, or
//   a frame whose component is in no scan;
// * frames that stb cannot decode: lossless, hierarchical, arithmetic coding, other than 8 bits;
// * Huffman tables that would overflow stb's (releases before 2.28);
// * more scans than photographs have: each passes over all pixels, so that a small file could
//   keep a core busy for hours.
//
// Cost: one pass over the bytes. JPEG has no checksum: damage inside the scans is not seen here.
JpegSegments read_jpeg_segments(const UntrustedFile& file);

}  // namespace salix::data::detail
