// Zip archives of arrays, and the detection by content that stands in front of them.
#include "engine/io/weights.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return salix::fuzz::run(data, size, [](salix::io::ByteSpan bytes) {
    salix::io::parse_weights(bytes, "fuzz.npz", salix::fuzz::kLimits);
  });
}
