// Checkpoints in both formats. A bare pickle is wrapped into a zip checkpoint whose
// checksums are right, since a fuzzer cannot guess those: that way the rebuilding of
// tensors is reached.
#include "engine/io/pth.h"
#include "tests/engine/io/raw_zip.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using salix::io::ByteSpan;

std::string wrapped(ByteSpan pickle) {
  salix::io::testing::RawZip zip;
  const auto pickle_entry = zip.local("x/data.pkl", std::string(salix::io::text_of(pickle)));
  // Sizes of the storages of the seeds, so that a mutated tensor still finds one that fits.
  const auto first = zip.local("x/data/0", std::string(16, '\1'));
  const auto second = zip.local("x/data/1", std::string(96, '\2'));
  for (const auto& entry : {pickle_entry, first, second}) zip.entry(entry);
  return zip.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return salix::fuzz::run(data, size, [](ByteSpan bytes) {
    using namespace salix::io;
    if (bytes.empty() || bytes[0] != std::byte{0x80} || looks_like_legacy_pth(bytes)) {
      parse_checkpoint(bytes, "fuzz.pth", salix::fuzz::kLimits);
    } else {
      parse_checkpoint(bytes_of(wrapped(bytes)), "fuzz.pth", salix::fuzz::kLimits);
    }
  });
}
