// Host memory that a GPU reads directly, without a copy by the driver: "pinned", page-locked.
#pragma once

#include <memory>
#include <memory_resource>

#include "engine/device.h"

namespace salix {

// Made in the context of `device`, readable by all. Each allocate() is one cudaHostAlloc, which
// takes about a millisecond and stalls the device: keep blocks and reuse them. Thread-safe. Copies
// from it run on after the call that started them, so a block must not be overwritten before the
// stream has passed the copy.
//
// Errors    NotSupported in a build without CUDA; allocate() throws OutOfMemory.
std::shared_ptr<std::pmr::memory_resource> make_pinned_memory(const Device& device);

}  // namespace salix
