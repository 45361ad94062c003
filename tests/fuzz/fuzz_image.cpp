#include "data/image/image_io.h"
#include "data/image/stored_values.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace salix::data;
  // Small, so that a picture of zeros does not cost the fuzzer time.
  const DecodeLimits limits{.max_pixels = 1 << 18, .max_file_bytes = 1 << 20};
  return salix::fuzz::run(data, size, [&](salix::io::ByteSpan) {
    const std::span<const std::uint8_t> bytes(data, size);
    const StoredForm form = stored_form(bytes);  // of any bytes
    const Image rgb = decode_rgb(bytes, "fuzz", limits);
    const Image grey = decode_grey(bytes, "fuzz", limits);
    if (rgb.pixels.size() != 3 * grey.pixels.size()) __builtin_trap();
    if (form.deep && form.channels == 1) decode_deep_grey(bytes);
    if (form.has_alpha()) decode_alpha(bytes);
  });
}
