// What slice and pad, each other's gradients, ask of their buffers.
#pragma once

#include <cstdint>
#include <span>

#include "engine/tensor_view.h"

namespace salix::kernels {

// `inner` is the box of `outer` that begins at `starts`: one start per axis, within `outer`,
// one dtype, apart in memory. The names are those of the messages.
void check_box(const char* op, const char* inner_name, const ConstView& inner,
               const char* outer_name, const ConstView& outer,
               std::span<const std::int64_t> starts);

}  // namespace salix::kernels
