// The pixel data of a PNG, inflated and verified.
#pragma once

#include <vector>

#include "data/image/untrusted_file.h"

namespace salix::data::detail {

// Appends to `out` the first `bytes` bytes that the zlib stream in the IDAT chunks `parts`
// inflates to, as a zlib stream of stored blocks; stored_stream_bytes(bytes) are appended. Refuses
// a stream that is damaged, that holds fewer bytes, or whose Adler-32 is wrong or missing. Memory
// is asked for only when `bytes` is what deflate can make of so many bytes.
void append_stored_stream(const UntrustedFile& file,
                          std::span<const std::span<const std::uint8_t>> parts, std::uint64_t bytes,
                          std::vector<std::uint8_t>& out);

std::uint64_t stored_stream_bytes(std::uint64_t bytes);

}  // namespace salix::data::detail
