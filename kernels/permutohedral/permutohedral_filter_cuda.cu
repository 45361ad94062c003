// Weights and vertex numbers stream from memory, coalesced; the scattered accesses go to the
// vertices, some 60 000 for a 320x320 image (0.5 MB), which stay in the L2 cache.
#include <cmath>
#include <utility>

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/permutohedral/permutohedral.h"
#include "kernels/permutohedral/visit_dims.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreads = 256;

// Values are splatted as integers: their sum does not depend on the order in which the
// atomics arrive, and no list of each vertex's points need be sorted first. The largest |x|
// becomes 2^36: finer than float32, and 2^26 of them still fit 63 bits.
constexpr int kFixedBits = 36;

__device__ inline int fixed_exponent(unsigned largest_bits) {
  // The exponent field of the largest |x|: a power of two within a factor of two.
  const int exponent = static_cast<int>(largest_bits >> 23) - 126;  // |x| < 2^exponent
  return exponent > -80 ? kFixedBits - exponent : kFixedBits + 80;  // scales stay finite
}

// No integer stands for infinity or NaN: one of them among the x must show in all of y.
__device__ inline bool all_finite(unsigned largest_bits) { return largest_bits < 0x7f800000u; }

// Bits of nonnegative floats are ordered as the floats are.
__global__ void largest_kernel(const float* x, std::int64_t points, unsigned* largest) {
  const std::int64_t p = global_thread();
  const float most = block_max(p < points ? fabsf(x[p]) : 0.0f);
  if (threadIdx.x == 0) atomicMax(largest, __float_as_uint(most));
}

template <int D>
__global__ void splat_kernel(const float* weight, const std::int32_t* vertex, const float* x,
                             std::int64_t points, const unsigned* largest,
                             unsigned long long* sum) {
  const std::int64_t p = global_thread();
  if (p >= points) return;
  const float scaled = ldexpf(x[p], fixed_exponent(*largest));
  if (scaled == 0.0f || !all_finite(*largest)) return;
  for (int r = 0; r <= D; ++r) {
    const long long part = llrintf(weight[p * (D + 1) + r] * scaled);
    atomicAdd(&sum[vertex[p * (D + 1) + r]], static_cast<unsigned long long>(part));
  }
}

// One more than `count`: the value of a missing neighbour.
__global__ void to_float_kernel(const unsigned long long* sum, std::int64_t count,
                                const unsigned* largest, float* value) {
  const std::int64_t m = global_thread();
  if (m > count) return;
  const auto total = static_cast<float>(m < count ? static_cast<long long>(sum[m]) : 0);
  value[m] = all_finite(*largest) ? ldexpf(total, -fixed_exponent(*largest)) : NAN;
}

__global__ void blur_kernel(const std::int32_t* before, std::int64_t count, const float* in,
                            float* out) {
  const std::int64_t m = global_thread();
  if (m > count) return;
  out[m] = m < count ? in[m] + 0.5f * (in[before[m]] + in[before[count + m]]) : 0.0f;
}

template <int D>
__global__ void slice_kernel(const float* weight, const std::int32_t* vertex, const float* value,
                             std::int64_t points, float* y) {
  constexpr float kAlpha = 1.0f / (1.0f + 1.0f / (1 << D));
  const std::int64_t p = global_thread();
  if (p >= points) return;
  float sum = 0.0f;
  for (int r = 0; r <= D; ++r) sum += weight[p * (D + 1) + r] * value[vertex[p * (D + 1) + r]];
  y[p] = kAlpha * sum;
}

}  // namespace

void permutohedral_filter(Exec& exec, const PermutohedralLattice& lattice, ConstView x, View y) {
  const std::int64_t points = x.dim(0), count = lattice.neighbour.dim(2);
  const auto values = static_cast<std::size_t>(count) + 1;
  // The sums' memory becomes the second buffer of the blur; in front, the largest |x|.
  const Scratch sums(exec, (values + 1) * sizeof(unsigned long long));
  const Scratch buffer(exec, values * sizeof(float));
  auto* const largest = sums.as<unsigned>();
  auto* const sum = sums.as<unsigned long long>() + 1;
  auto* value = buffer.as<float>();
  auto* blurred = sums.as<float>() + 2;
  exec.backend().fill(sums.data(), count + 2, DType::kInt64, 0);
  const auto* weight = lattice.weight.as<float>();
  const auto* vertex = lattice.vertex.as<std::int32_t>();
  const dim3 by_point(blocks_for(points, kThreads)), by_vertex(blocks_for(count + 1, kThreads));
  permutohedral::visit_dims(lattice.neighbour.dim(0) - 1, [&](auto dims) {
    constexpr int D = decltype(dims)::value;
    launch(exec, {by_point, dim3(kThreads)}, largest_kernel, x.as<float>(), points, largest);
    launch(exec, {by_point, dim3(kThreads)}, splat_kernel<D>, weight, vertex, x.as<float>(), points,
           largest, sum);
    launch(exec, {by_vertex, dim3(kThreads)}, to_float_kernel, sum, count, largest, value);
    for (int axis = 0; axis <= D; ++axis) {
      launch(exec, {by_vertex, dim3(kThreads)}, blur_kernel,
             lattice.neighbour.as<std::int32_t>() + std::int64_t{axis} * 2 * count, count, value,
             blurred);
      std::swap(value, blurred);
    }
    launch(exec, {by_point, dim3(kThreads)}, slice_kernel<D>, weight, vertex, value, points,
           y.as<float>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
