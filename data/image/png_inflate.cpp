#include "data/image/png_inflate.h"

#include <zlib.h>

#include <algorithm>

namespace salix::data::detail {
namespace {

constexpr std::uint64_t kMostDeflateRatio = 1032;  // 258 bytes cost two bits at least
// A zlib stream of stored blocks: header, blocks with a header each, Adler-32 (left 0 here).
constexpr std::uint64_t kHeaderBytes = 2, kBlockHeaderBytes = 5, kChecksumBytes = 4;
constexpr std::uint64_t kStoredBlockBytes = 65535;
constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 31) - (1 << 20);  // stb counts in int

// zlib over a stream that lies in several parts.
class Inflater {
 public:
  Inflater(const UntrustedFile& file, std::span<const std::span<const std::uint8_t>> parts)
      : file_(file), parts_(parts) {
    if (inflateInit(&zlib_) != Z_OK) throw OutOfMemory("read_image: zlib found no memory");
  }
  ~Inflater() { inflateEnd(&zlib_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Fills `out` unless the stream ends before; gives how many bytes came.
  std::size_t read(std::span<std::uint8_t> out) {
    zlib_.next_out = out.data();
    zlib_.avail_out = static_cast<uInt>(out.size());
    while (zlib_.avail_out > 0 && !ended_) {
      if (zlib_.avail_in == 0) next_part();
      const int result = inflate(&zlib_, Z_NO_FLUSH);
      ended_ = result == Z_STREAM_END;
      if (!ended_ && result != Z_OK && result != Z_BUF_ERROR)
        file_.refuse("is damaged: the pixel data in its IDAT chunks do not inflate (",
                     zlib_.msg != nullptr ? zlib_.msg : "zlib error", ")");
    }
    return out.size() - zlib_.avail_out;
  }

 private:
  void next_part() {
    while (!parts_.empty() && parts_.front().empty()) parts_ = parts_.subspan(1);
    if (parts_.empty()) file_.refuse("is cut short: its IDAT chunks end within the pixel data");
    // zlib's interface predates const; it only reads.
    zlib_.next_in = const_cast<std::uint8_t*>(parts_.front().data());
    zlib_.avail_in = static_cast<uInt>(parts_.front().size());
    parts_ = parts_.subspan(1);
  }

  const UntrustedFile& file_;
  std::span<const std::span<const std::uint8_t>> parts_;
  z_stream zlib_{};
  bool ended_ = false;
};

}  // namespace

std::uint64_t stored_stream_bytes(std::uint64_t bytes) {
  const std::uint64_t blocks = (bytes + kStoredBlockBytes - 1) / kStoredBlockBytes;
  return kHeaderBytes + kBlockHeaderBytes * blocks + bytes + kChecksumBytes;
}

void append_stored_stream(const UntrustedFile& file,
                          std::span<const std::span<const std::uint8_t>> parts, std::uint64_t bytes,
                          std::vector<std::uint8_t>& out) {
  std::uint64_t packed = 0;
  for (const auto& part : parts) packed += part.size();
  const auto refuse_short = [&](const std::string& there) {
    file.refuse("is cut short: its pixels need ", bytes, " bytes and its IDAT chunks hold ", there);
  };
  if (bytes / kMostDeflateRatio > packed) refuse_short("fewer");
  if (bytes > kMostBytes) {
    throw IoError(str("read_image: '", file.name, "' has pixels of ", bytes, " bytes; at most ",
                      kMostBytes, " are decoded"));
  }

  Inflater inflater(file, parts);
  std::size_t at = out.size();
  out.resize(at + static_cast<std::size_t>(stored_stream_bytes(bytes)));
  const auto put = [&](unsigned value) { out[at++] = static_cast<std::uint8_t>(value); };
  put(0x78), put(0x01);
  for (std::uint64_t done = 0; done < bytes;) {
    const auto size = static_cast<unsigned>(std::min(bytes - done, kStoredBlockBytes));
    put(done + size == bytes ? 1 : 0);
    put(size), put(size >> 8), put(~size), put(~size >> 8);
    const std::size_t got = inflater.read(std::span(out).subspan(at, size));
    if (got < size) refuse_short(str(done + got));
    at += size;
    done += size;
  }
  // The read past the end makes zlib compare its checksum.
  std::uint8_t beyond = 0;
  inflater.read({&beyond, 1});
}

}  // namespace salix::data::detail
