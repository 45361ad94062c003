// Many small copies within a device, in one launch: a network's running statistics are a hundred
// vectors of a kilobyte, and a launch costs more than the copy of any of them.
#pragma once

#include <cstdint>

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct CopyEntry {
  const void* from;
  void* to;
  std::int64_t size_bytes;  // a multiple of 4, as all state is that is kept this way
};

// *to = *from for every entry; nothing at all where `only_if` is given and 0.
//
// Shapes    table [n, sizeof(CopyEntry)], CopyEntry values that lie on the device; only_if [] or
//           empty. Addresses are multiples of 4, and no entries overlap.
// Types     table uint8; only_if float32.
// Repeats   run_to_run.
void copy_many(Exec& exec, ConstView table, ConstView only_if);

}  // namespace salix::kernels
