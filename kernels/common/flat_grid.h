// One thread per piece of work, numbered by 32 bits: how kernels that walk a tensor pack
// by pack are launched. divider.h turns a number into coordinates.
#pragma once

#include <cstdint>

#include "engine/error.h"

namespace salix::kernels {

inline constexpr int kFlatThreads = 256;

// The blocks of kFlatThreads that cover `pieces`. More than 2^31 pieces are 32 GiB in
// packs: refused, because 64-bit index arithmetic would cost every smaller call its speed.
inline unsigned flat_blocks(const char* op, std::int64_t pieces) {
  SALIX_CHECK(pieces < (std::int64_t{1} << 31), op,
              ": at most 2^31 packs of elements fit one launch; got ", pieces);
  return static_cast<unsigned>((pieces + kFlatThreads - 1) / kFlatThreads);
}

}  // namespace salix::kernels
