// TFRecord, the frame around TensorBoard's messages: uint64 length, masked CRC-32C of the
// length, the bytes, masked CRC-32C of the bytes; all little-endian.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/io/bytes.h"

namespace salix {

constexpr std::size_t kTfrecordFrame = 16;  // bytes around the payload

// `payload` in its frame.
std::string tfrecord(std::string_view payload);
// The payload of the first record of `bytes`; empty when it is cut short or a checksum differs.
std::optional<io::ByteSpan> next_tfrecord(io::ByteSpan bytes);

}  // namespace salix
