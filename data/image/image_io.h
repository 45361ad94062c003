// Image files: JPEG, PNG and BMP in, PNG and JPEG out, with the conversions that
// Pillow's Image.open(...).convert("RGB" or "L") makes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/image/image.h"

namespace salix::data {

// What a file may declare before anything of its size is allocated. Pillow itself
// refuses 1.8e8 pixels; a photograph of our time has 2e7.
struct DecodeLimits {
  std::int64_t max_pixels = std::int64_t{1} << 28;
  std::int64_t max_file_bytes = std::int64_t{1} << 30;
};

// The image as RGB, [H,W,3]. Alpha is dropped (not blended), a palette is replaced by
// its colours, grey is replicated, 16-bit grey is clipped at 255 (not scaled), and of
// other 16-bit samples the high byte is kept. The EXIF orientation is not applied,
// because Pillow's open().convert() does not: boxes and masks made with the original
// tools refer to the stored rows.
//
// Source    JPEG baseline and progressive, PNG, BMP, recognised by content, not by name. All
//           checksums of a PNG are verified; JPEG and BMP have none (docs/images.md, Damage).
// Departs   JPEG colours may be a level or two off libjpeg-turbo's (another inverse DCT
//           and chroma upsampling); everything else equals Pillow to the bit.
// Errors    IoError that names the file, what is wrong and what to do.
Image decode_rgb(std::span<const std::uint8_t> bytes, const std::string& name,
                 const DecodeLimits& limits = {});
Image read_rgb(const std::filesystem::path& path, const DecodeLimits& limits = {});

// The same as grey, [H,W,1]: L = (19595 R + 38470 G + 7471 B + 32768) >> 16.
Image decode_grey(std::span<const std::uint8_t> bytes, const std::string& name,
                  const DecodeLimits& limits = {});
Image read_grey(const std::filesystem::path& path, const DecodeLimits& limits = {});

// Conversions in memory, by the same rules.
Image to_rgb(const Image& image);
Image to_grey(const Image& image);

// A whole file, or all that a pipe gives. Errors as above; a folder or a file above
// max_file_bytes is refused.
std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& path,
                                          const DecodeLimits& limits = {});

// PNG: grey, RGB or RGBA, lossless. JPEG: grey or RGB, quality 1..100.
std::vector<std::uint8_t> encode_png(const Image& image);
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality = 92);

// InvalidInput unless write_image() knows the format that the name's extension stands for.
void check_image_name(const std::filesystem::path& path);

// Writes `image` in the format that the extension names (.png, .jpg, .jpeg). The file
// appears whole or not at all (io::AtomicFile). The folder must exist.
void write_image(const std::filesystem::path& path, const Image& image, int jpeg_quality = 92);

}  // namespace salix::data
