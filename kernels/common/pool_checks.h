// What all pooling ops ask of their buffers.
#pragma once

#include "engine/tensor_view.h"
#include "kernels/common/size2.h"

namespace salix::kernels {

// Both [N,H,W,C] with the same N and C, all sizes positive, one dtype, apart in memory.
void check_pool_maps(const char* op, const ConstView& in_map, const ConstView& out_map);
// [N,H2,W2,C] of a pooling with strides. The window must fit the padded map, and touch the
// map wherever it stands.
Shape strided_pool_output_shape(const char* op, const Shape& in_shape, Size2 kernel, Size2 stride,
                                Size2 padding);
// check_pool_maps, and the output map has that shape.
void check_strided_pool(const char* op, const ConstView& in_map, const ConstView& out_map,
                        Size2 kernel, Size2 stride, Size2 padding);
// int32, one entry per output element.
void check_pool_index(const char* op, const ConstView& index, const ConstView& out_map);

}  // namespace salix::kernels
