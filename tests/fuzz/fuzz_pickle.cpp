#include "engine/io/pickle.h"
#include "engine/io/torch_storage.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return salix::fuzz::run(data, size, [](salix::io::ByteSpan bytes) {
    const std::string source = "fuzz.pkl";
    salix::io::ByteReader in(bytes, source);
    salix::io::read_pickle(in, salix::io::checkpoint_globals());
  });
}
