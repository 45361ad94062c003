#include "data/image/untrusted_file.h"

namespace salix::data::detail {
namespace {

std::span<const std::uint8_t> number_at(const UntrustedFile& file, std::size_t offset,
                                        std::size_t count) {
  if (offset > file.size() || count > file.size() - offset)
    file.refuse("is cut short: a number is due at byte ", offset, " and the file has ", file.size(),
                " bytes");
  return file.bytes.subspan(offset, count);
}

}  // namespace

std::uint32_t UntrustedFile::big_endian(std::size_t offset, std::size_t count) const {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : number_at(*this, offset, count)) value = value << 8 | byte;
  return value;
}

std::uint32_t UntrustedFile::little_endian(std::size_t offset, std::size_t count) const {
  const std::span<const std::uint8_t> digits = number_at(*this, offset, count);
  std::uint32_t value = 0;
  for (std::size_t k = count; k > 0; --k) value = value << 8 | digits[k - 1];
  return value;
}

void UntrustedFile::check_declared_size(std::int64_t width, std::int64_t height,
                                        const DecodeLimits& limits) const {
  if (width > 0 && height > 0 && height <= limits.max_pixels / width) return;
  throw IoError(str("read_image: '", name, "' declares ", width, " x ", height,
                    " pixels; at least 1 and at most ", limits.max_pixels, " are decoded"));
}

}  // namespace salix::data::detail
