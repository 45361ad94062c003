// The bytes of an image file that nobody vouches for, and how it is refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/image/image_io.h"
#include "engine/error.h"

namespace salix::data::detail {

struct UntrustedFile {
  std::span<const std::uint8_t> bytes;
  const std::string& name;  // for messages

  std::size_t size() const { return bytes.size(); }

  // IoError "read_image: '<name>' <parts>; replace it or leave it out".
  template <typename... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    throw IoError(str("read_image: '", name, "' ", parts..., "; replace it or leave it out"));
  }

  // The same for an undamaged file of a kind that is not read: IoError "... '<name>' <parts>;
  // convert it to an ordinary JPEG, PNG or BMP, or leave it out".
  template <typename... Parts>
  [[noreturn]] void refuse_kind(const Parts&... parts) const {
    throw IoError(str("read_image: '", name, "' ", parts...,
                      "; convert it to an ordinary JPEG, PNG or BMP, or leave it out"));
  }

  // `count` (1 to 4) bytes from `offset` on as a number; refuses when the file ends before.
  std::uint32_t big_endian(std::size_t offset, std::size_t count) const;
  std::uint32_t little_endian(std::size_t offset, std::size_t count) const;

  // Refuses sizes that are not positive or above the limit, before anything is allocated.
  void check_declared_size(std::int64_t width, std::int64_t height,
                           const DecodeLimits& limits) const;
};

}  // namespace salix::data::detail
