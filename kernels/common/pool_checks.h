// What all pooling ops ask of their buffers.
#pragma once

#include "engine/tensor_view.h"
#include "kernels/common/size2.h"

namespace salix::kernels {

// Both [N,H,W,C] with the same N and C, all sizes positive, one dtype, apart in memory.
void check_pool_maps(const char* op, const ConstView& in_map, const ConstView& out_map);
// A window that fits the padded map, and touches the map wherever it stands.
void check_pool_window(const char* op, const Shape& in_shape, Size2 kernel, Size2 stride,
                       Size2 padding);
// int32, one entry per output element.
void check_pool_index(const char* op, const ConstView& index, const ConstView& out_map);

}  // namespace salix::kernels
