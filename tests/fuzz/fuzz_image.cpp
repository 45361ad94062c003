#include "data/image/image_io.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace salix::data;
  // Small, so that a picture of zeros does not cost the fuzzer time.
  const DecodeLimits limits{.max_pixels = 1 << 18, .max_file_bytes = 1 << 20};
  return salix::fuzz::run(data, size, [&](salix::io::ByteSpan) {
    const std::span<const std::uint8_t> bytes(data, size);
    const Image rgb = decode_rgb(bytes, "fuzz", limits);
    const Image grey = decode_grey(bytes, "fuzz", limits);
    if (rgb.pixels.size() != 3 * grey.pixels.size()) __builtin_trap();
  });
}
