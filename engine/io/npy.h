// numpy's .npy (one array) and .npz (a zip of them).
#pragma once

#include <filesystem>

#include "engine/io/array.h"
#include "engine/io/bytes.h"

namespace salix::io {

// Types    f4 f8 f2 i4 i8 u1; b1 (bool) becomes uint8 0/1; others are NotSupported.
// Order    Fortran order and big-endian data are converted: the result is always
//          row-major and native.
// Errors   IoError when anything is malformed, missing or left over.
Array read_npy(const std::filesystem::path& path);
Array parse_npy(ByteSpan bytes, const std::string& source);

// Bytes equal to numpy.save's, for every type but bfloat16 (NotSupported). Atomic.
void write_npy(const std::filesystem::path& path, const Array& array);

// Names are the members' without ".npy". Stored and deflated members.
NamedArrays read_npz(const std::filesystem::path& path);
NamedArrays parse_npz(ByteSpan bytes, const std::string& source, const UnpackLimits& limits = {});

// As numpy.savez: stored members. Atomic.
void write_npz(const std::filesystem::path& path, const NamedArrays& arrays);

}  // namespace salix::io
