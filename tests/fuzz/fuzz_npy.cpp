#include "engine/io/npy.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return salix::fuzz::run(
      data, size, [](salix::io::ByteSpan bytes) { salix::io::parse_npy(bytes, "fuzz.npy"); });
}
