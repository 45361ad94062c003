// What the implementations of hardswish_norm share.
#pragma once

#include "kernels/hardswish_norm/hardswish_norm.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::hardswish_norm) hardswish_norm;
decltype(kernels::hardswish_norm_average) hardswish_norm_average;
decltype(kernels::hardswish_norm_gate_gradient) hardswish_norm_gate_gradient;
decltype(kernels::hardswish_norm_backward) hardswish_norm_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::hardswish_norm) hardswish_norm;
decltype(kernels::hardswish_norm_average) hardswish_norm_average;
decltype(kernels::hardswish_norm_gate_gradient) hardswish_norm_gate_gradient;
decltype(kernels::hardswish_norm_backward) hardswish_norm_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::hardswish_norm) hardswish_norm;
decltype(kernels::hardswish_norm_average) hardswish_norm_average;
decltype(kernels::hardswish_norm_gate_gradient) hardswish_norm_gate_gradient;
decltype(kernels::hardswish_norm_backward) hardswish_norm_backward;
}  // namespace cuda

}  // namespace salix::kernels
