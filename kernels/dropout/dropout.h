// Dropout (Srivastava et al., JMLR 2014) and drop path, also called stochastic depth (Huang
// et al., ECCV 2016), with counter-based random numbers.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct DropoutParams {
  PhiloxKey key;
  float p = 0.5f;  // the probability of zero, in [0, 1]
};

// What survives is multiplied by this, so that the expected value stays.
SALIX_HOST_DEVICE inline float dropout_scale(float p) {
  return p < 1.0f ? 1.0f / (1.0f - p) : 0.0f;
}

// The random bits of elements 4 * block to 4 * block + 3: philox_bits(key, i) of each, drawn
// once for the four.
SALIX_HOST_DEVICE inline PhiloxBlock dropout_bits(const PhiloxKey& key, std::uint64_t block) {
  return philox4x32(static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                    key.step, key.stream, static_cast<std::uint32_t>(key.seed),
                    static_cast<std::uint32_t>(key.seed >> 32));
}

// Element i, or with drop_path sample i, survives exactly when this holds: a pure function
// of key and i, so nothing is stored for the backward and all devices draw the same.
SALIX_HOST_DEVICE inline bool dropout_keeps(std::uint32_t bits, float p) {
  return static_cast<float>(bits >> 8) * 0x1p-24f >= p;  // philox_uniform's formula
}

// What becomes of a value that does not survive: 0, but NaN of what is no number, as PyTorch's
// product with 0 gives, so that dropping never hides a network that has diverged. Unlike that
// product it gives no -0.
template <typename Real>
SALIX_HOST_DEVICE Real dropped(Real value) {
  return value - value;
}

// y(i) = x(i) / (1 - p) where i survives, else 0. The backward is the same function of dy.
//
// Shapes    x and y alike. drop_path: [N,...], whole samples along the first axis.
// Types     float32, bfloat16; float64 on the CPU.
// Writes    y is overwritten; it may be x itself.
// Repeats   bitwise, on all devices: the mask depends on key and position only.
void dropout(Exec& exec, ConstView x, View y, const DropoutParams& params);
void drop_path(Exec& exec, ConstView x, View y, const DropoutParams& params);

}  // namespace salix::kernels
