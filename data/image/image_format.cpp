#include "data/image/image_format.h"

#include <array>
#include <string_view>

#include "engine/io/bytes.h"

namespace salix::data::detail {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n"sv;

// The first that fits counts. "ftyp" boxes are told apart by the brand behind them.
constexpr std::array kForeign = {
    Signature{8, "WEBP"sv, "a WebP picture"},
    Signature{4, "ftypavif"sv, "an AVIF picture"},
    Signature{4, "ftypavis"sv, "an AVIF picture"},
    Signature{4, "ftyphei"sv, "a HEIC picture"},
    Signature{4, "ftyphev"sv, "a HEIC picture"},
    Signature{4, "ftypmif1"sv, "a HEIF picture"},
    Signature{4, "ftypmsf1"sv, "a HEIF picture"},
    Signature{4, "ftypcrx"sv, "a raw picture of a camera"},
    Signature{4, "ftyp"sv, "a video"},
    Signature{0, "GIF8"sv, "a GIF picture"},
    Signature{0, "II*\0"sv, "a TIFF picture or a camera's raw file"},
    Signature{0, "MM\0*"sv, "a TIFF picture or a camera's raw file"},
    Signature{0, "II+\0"sv, "a TIFF picture"},
    Signature{0, "MM\0+"sv, "a TIFF picture"},
    Signature{0, "\xFF\x0A"sv, "a JPEG XL picture"},
    Signature{4, "JXL \r\n\x87\n"sv, "a JPEG XL picture"},
    Signature{4, "jP  \r\n\x87\n"sv, "a JPEG 2000 picture"},
    Signature{0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000 picture"},
    Signature{0, "8BPS"sv, "a Photoshop document"},
    Signature{0, "\0\0\x01\0"sv, "an icon"},
    Signature{0, "P5"sv, "a PGM picture"},
    Signature{0, "P6"sv, "a PPM picture"},
    Signature{0, "\x93NUMPY"sv, "a NumPy array"},
    Signature{0, "%PDF"sv, "a PDF document"},
    Signature{0, "PK\x03\x04"sv, "a zip archive"},
    Signature{0, "\x1F\x8B"sv, "a gzip archive"},
    Signature{0, "<!DOCTYPE"sv, "a web page (a failed download?)"},
    Signature{0, "<!doctype"sv, "a web page (a failed download?)"},
    Signature{0, "<html"sv, "a web page (a failed download?)"},
    Signature{0, "<svg"sv, "an SVG drawing"},
    Signature{0, "<?xml"sv, "an XML document (an SVG drawing?)"},
    Signature{0, "version https://git-lfs"sv, "a Git LFS pointer (run `git lfs pull`)"},
};

}  // namespace

ImageFormat format_of(const UntrustedFile& file) {
  const std::string_view text = io::text_of(std::as_bytes(file.bytes));
  if (text.starts_with(kPng)) return ImageFormat::kPng;
  if (text.starts_with("\xFF\xD8"sv)) return ImageFormat::kJpeg;
  if (text.starts_with("BM"sv)) return ImageFormat::kBmp;
  for (const Signature& signature : kForeign) {
    if (text.size() > signature.offset &&
        text.substr(signature.offset).starts_with(signature.bytes))
      file.refuse_kind("is ", signature.name, " by its content, whatever its name says");
  }
  file.refuse("is not a readable JPEG, PNG or BMP file: it starts with '",
              io::printable(text.substr(0, 16)), "'");
}

}  // namespace salix::data::detail
