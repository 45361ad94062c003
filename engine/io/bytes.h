// Reading bytes that nobody vouches for: every access is checked, and a failure names
// the file, the offset, what was expected and what is there.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "engine/error.h"

namespace salix::io {

using ByteSpan = std::span<const std::byte>;

inline ByteSpan bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
bool is_utf8(std::string_view text);
// Up to `limit` bytes as they can be shown in a message: printable ASCII kept, others "\xNN".
std::string printable(std::string_view text, std::size_t limit = 80);

// The files read here are little-endian, and so is every machine salix runs on.
template <typename T>
requires std::integral<T> || std::floating_point<T> T little_endian(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// A position in a span of bytes that came from `source` (a file's name; borrowed).
class ByteReader {
 public:
  ByteReader(ByteSpan bytes, const std::string& source) : bytes_(bytes), source_(&source) {}

  const std::string& source() const { return *source_; }
  std::size_t offset() const { return offset_; }
  // Continues reading at `offset`, called `what` in the error when it is past the end.
  void seek(std::uint64_t offset, const char* what) {
    if (offset > bytes_.size()) fail(what, " must lie inside the file; found offset ", offset);
    offset_ = static_cast<std::size_t>(offset);
  }
  std::size_t remaining() const { return bytes_.size() - offset_; }

  // The next `count` bytes, called `what` in the error when there are fewer.
  ByteSpan take(std::uint64_t count, const char* what) {
    if (count > remaining()) fail_short(count, what);
    const ByteSpan taken = bytes_.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += taken.size();
    return taken;
  }
  template <typename T>
  T number(const char* what) {
    return little_endian<T>(take(sizeof(T), what).data());
  }
  // The text up to the next newline, which is skipped.
  std::string_view line(const char* what);

  // Throws IoError "<source>: at byte <offset>: <parts>".
  template <typename... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw IoError(str(*source_, ": at byte ", offset_, ": ", parts...));
  }

 private:
  [[noreturn]] void fail_short(std::uint64_t count, const char* what) const;

  ByteSpan bytes_;
  const std::string* source_;
  std::size_t offset_ = 0;
};

// What a file may unpack to. Compressed members and tensors that repeat their storage
// (stride 0, shared storages) can name far more bytes than the file holds; reading
// stops with IoError when the sum passes floor_bytes + per_file_byte * file size.
struct UnpackLimits {
  std::uint64_t floor_bytes = std::uint64_t{256} << 20;
  std::uint64_t per_file_byte = 64;
};

class UnpackBudget {
 public:
  UnpackBudget(std::uint64_t file_bytes, const UnpackLimits& limits)
      : limit_(limits.floor_bytes + limits.per_file_byte * file_bytes) {}

  // Called before the memory is asked for.
  void charge(std::uint64_t bytes, const std::string& where);

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
};

}  // namespace salix::io
