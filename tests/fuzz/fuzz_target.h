// The body of a libFuzzer target: a reader may refuse its input with a salix Error, and
// must do nothing else wrong. To add a target: a fuzz_<reader>.cpp like the others, and a
// line in CMakeLists.txt and in seeds.cpp; run.sh finds it by itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/error.h"
#include "engine/io/bytes.h"

namespace salix::fuzz {

// Small, so that a bomb is refused before it costs the fuzzer time.
inline constexpr io::UnpackLimits kLimits{.floor_bytes = 1 << 20, .per_file_byte = 64};

template <typename Reader>
int run(const std::uint8_t* data, std::size_t size, Reader&& reader) {
  try {
    reader(std::as_bytes(std::span(data, size)));
  } catch (const Error&) {
    // Refusing is right; a crash, a leak, a hang or any other exception is a finding.
  }
  return 0;
}

}  // namespace salix::fuzz
