// Pictures. The chunks of a PNG get their right checksums first, since a fuzzer cannot guess
// those: that way what lies behind them is reached.
#include <vector>

#include "data/image/image_io.h"
#include "data/image/stored_values.h"
#include "engine/io/crc32.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

void mend_png(std::vector<std::uint8_t>& bytes) {
  std::size_t at = 8;
  while (at + 12 <= bytes.size()) {
    std::uint32_t length = 0;
    for (std::size_t k = 0; k < 4; ++k) length = length << 8 | bytes[at + k];
    if (length > bytes.size() - at - 12) return;
    const std::size_t end = at + 8 + length;
    const std::uint32_t crc =
        salix::io::crc32(0, std::as_bytes(std::span(bytes)).subspan(at + 4, 4 + length));
    for (std::size_t k = 0; k < 4; ++k)
      bytes[end + k] = static_cast<std::uint8_t>(crc >> (24 - 8 * k));
    at = end + 4;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace salix::data;
  // Small, so that a picture of zeros does not cost the fuzzer time.
  const DecodeLimits limits{.max_pixels = 1 << 18, .max_file_bytes = 1 << 20};
  return salix::fuzz::run(data, size, [&](salix::io::ByteSpan) {
    std::vector<std::uint8_t> bytes(data, data + size);
    if (size > 0 && data[0] == 0x89) mend_png(bytes);
    const StoredForm form = stored_form(bytes);  // of any bytes
    const Image rgb = decode_rgb(bytes, "fuzz", limits);
    const Image grey = decode_grey(bytes, "fuzz", limits);
    if (rgb.pixels.size() != 3 * grey.pixels.size()) __builtin_trap();
    if (form.deep && form.channels == 1) decode_deep_grey(bytes);
    if (form.has_alpha()) decode_alpha(bytes);
  });
}
