// The checksums of zip archives (CRC-32, polynomial 0xedb88320) and of TFRecords (CRC-32C,
// polynomial 0x82f63b78).
#pragma once

#include <cstdint>

#include "engine/io/bytes.h"

namespace salix::io {

// The checksum of what came before (`crc`, 0 at the start) followed by `bytes`.
std::uint32_t crc32(std::uint32_t crc, ByteSpan bytes);
std::uint32_t crc32c(std::uint32_t crc, ByteSpan bytes);

}  // namespace salix::io
