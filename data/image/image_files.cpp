// Whole files in, encoded files out.
#include <stb/stb_image_write.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "data/image/image_io.h"
#include "engine/error.h"
#include "engine/io/atomic_file.h"
#include "engine/text.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

void append(void* context, void* data, int size) {
  auto& out = *static_cast<std::vector<std::uint8_t>*>(context);
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  out.insert(out.end(), bytes, bytes + size);
}

// stb computes sizes in int.
void check_encodable(const char* op, const Image& image) {
  SALIX_CHECK(image.height > 0 && image.width > 0 &&
                  image.pixels.size() == image.row_size() * static_cast<std::size_t>(image.height),
              op, ": the image must hold height x width x channels bytes; got ", image.height,
              " x ", image.width, " x ", image.channels, " and ", image.pixels.size(), " bytes");
  SALIX_CHECK(image.pixels.size() < (std::size_t{1} << 30), op,
              ": images below 2^30 bytes are written; got ", image.pixels.size());
}

// A pipe has no size: all that comes until its end.
std::vector<std::uint8_t> read_pipe(std::ifstream& file, const fs::path& path,
                                    const DecodeLimits& limits) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const auto most = static_cast<std::size_t>(limits.max_file_bytes);
  std::vector<std::uint8_t> bytes;
  while (file) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPiece);
    file.read(reinterpret_cast<char*>(bytes.data() + before), kPiece);
    bytes.resize(before + static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > most) {
      throw IoError(str("read_image: '", path.string(), "' has more than the ", most,
                        " bytes that are read"));
    }
  }
  if (file.bad()) throw IoError(str("read_image: reading '", path.string(), "' failed"));
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> read_file_bytes(const fs::path& path, const DecodeLimits& limits) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw IoError(str("read_image: '", path.string(), "' does not exist; check the path"));
  if (fs::is_directory(status))
    throw IoError(str("read_image: '", path.string(), "' is a folder; an image file is needed"));
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw IoError(
        str("read_image: cannot open '", path.string(), "' (", std::strerror(errno), ")"));
  }
  if (!fs::is_regular_file(status)) return read_pipe(file, path, limits);
  std::vector<std::uint8_t> bytes;
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > static_cast<std::uintmax_t>(limits.max_file_bytes)) {
    throw IoError(str("read_image: '", path.string(), "' has ", size, " bytes; at most ",
                      limits.max_file_bytes, " are read"));
  }
  if (!error) bytes.resize(static_cast<std::size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || static_cast<std::size_t>(file.gcount()) != bytes.size()) {
    throw IoError(str("read_image: only ", file.gcount(), " of ", bytes.size(), " bytes of '",
                      path.string(), "' could be read; is another program writing it?"));
  }
  return bytes;
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  check_encodable("encode_png", image);
  SALIX_CHECK(image.channels == 1 || image.channels == 3 || image.channels == 4,
              "encode_png: an image has 1, 3 or 4 channels; got ", image.channels);
  std::vector<std::uint8_t> bytes;
  const int row_bytes = static_cast<int>(image.row_size());
  if (stbi_write_png_to_func(append, &bytes, image.width, image.height, image.channels,
                             image.pixels.data(), row_bytes) == 0)
    throw IoError("encode_png: stb_image_write ran out of memory");
  return bytes;
}

std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
  check_encodable("encode_jpeg", image);
  SALIX_CHECK(image.channels == 1 || image.channels == 3,
              "encode_jpeg: JPEG holds 1 or 3 channels; got ", image.channels,
              "; write a PNG to keep the alpha");
  SALIX_CHECK(quality >= 1 && quality <= 100, "encode_jpeg: quality is 1 to 100; got ", quality);
  std::vector<std::uint8_t> bytes;
  if (stbi_write_jpg_to_func(append, &bytes, image.width, image.height, image.channels,
                             image.pixels.data(), quality) == 0)
    throw IoError("encode_jpeg: stb_image_write refused the image");
  return bytes;
}

void check_image_name(const fs::path& path) {
  const std::string extension = lower_extension(path);
  SALIX_CHECK(extension == ".png" || extension == ".jpg" || extension == ".jpeg",
              "write_image: the name must end in .png, .jpg or .jpeg; got '", path.string(), "'");
}

void write_image(const fs::path& path, const Image& image, int jpeg_quality) {
  check_image_name(path);
  const auto bytes =
      lower_extension(path) == ".png" ? encode_png(image) : encode_jpeg(image, jpeg_quality);
  io::write_file_atomically(path, std::as_bytes(std::span(bytes)));
}

}  // namespace salix::data
