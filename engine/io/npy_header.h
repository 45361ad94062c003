// The header of a .npy file: a Python dict literal with three entries, such as
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/dtype.h"
#include "engine/io/bytes.h"

namespace salix::io {

struct NpyHeader {
  DType dtype = DType::kFloat32;  // numpy's bool is read as uint8
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

// Leaves `in` at the first data byte. Versions 1.0, 2.0 and 3.0. NotSupported for element
// types that salix has no dtype for; IoError for everything malformed.
NpyHeader read_npy_header(ByteReader& in);

// The bytes numpy itself writes: version 1.0, padded with spaces to 64 bytes.
// NotSupported for bfloat16, which numpy does not have.
std::string make_npy_header(DType dtype, const std::vector<std::int64_t>& shape);

}  // namespace salix::io
