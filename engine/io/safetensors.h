// safetensors, the plain weight format: 8 bytes of header length, a JSON header with
// dtype, shape and place of every tensor, then the bytes. salix's native format.
#pragma once

#include <filesystem>

#include "engine/io/array.h"
#include "engine/io/bytes.h"

namespace salix::io {

struct Safetensors {
  NamedArrays tensors;  // in the header's order
  Metadata metadata;    // the header's "__metadata__"
};

// Types    F64 F32 F16 BF16 I64 I32 U8; BOOL becomes uint8 0/1; others are NotSupported.
// Errors   IoError unless the file is exactly what the format says: a valid header of at
//          most 100 MB, sizes that agree with dtype and shape, data without gaps,
//          overlaps or anything left over, no name twice.
Safetensors read_safetensors(const std::filesystem::path& path);
Safetensors parse_safetensors(ByteSpan bytes, const std::string& source);

// The header keeps the order of `tensors`; the data lie by falling element size, so that
// each starts at a multiple of its own. Atomic. InvalidInput for names that are not UTF-8.
void write_safetensors(const std::filesystem::path& path, const NamedArrays& tensors,
                       const Metadata& metadata = {});

}  // namespace salix::io
