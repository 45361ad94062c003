// Instructions of NVIDIA GPUs that CUDA C++ has no words for, and what they do on the simt device;
// included by .cu files.
#pragma once

#include <cstring>

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "engine/float16.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {

// Two bfloat16 in one register, `low` the first in memory; rounded to nearest even.
__device__ inline unsigned pack_bfloat16(float low, float high) {
#ifdef SALIX_SIMT
  return bfloat16(low).bits | static_cast<unsigned>(bfloat16(high).bits) << 16;
#else
  unsigned packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
#endif
}

// sums += a b by the tensor cores: a 16x16 and b 16x8 in bfloat16, sums in float, one warp, all of
// whose lanes must call it. With g = lane / 4 and t = lane % 4, a lane holds (row, column) of
//   a      (g, 2t) (g + 8, 2t) (g, 2t + 8) (g + 8, 2t + 8), each with its right neighbour,
//   b      (2t, g) (2t + 8, g), each with the one below,
//   sums   (g, 2t) (g, 2t + 1) (g + 8, 2t) (g + 8, 2t + 1).
// Source: PTX ISA, "Matrix Fragments for mma.m16n8k16". From sm_80 on.
__device__ inline void add_tile_product(const unsigned (&a)[4], const unsigned (&b)[2], float& sum0,
                                        float& sum1, float& sum2, float& sum3) {
#ifdef SALIX_SIMT
  __shared__ unsigned fragments[32][32][6];  // of each warp and lane: a, then b
  const int lane = static_cast<int>(threadIdx.x) % 32, g = lane / 4, t = lane % 4;
  auto& warp = fragments[threadIdx.x / 32];
  for (int i = 0; i < 4; ++i) warp[lane][i] = a[i];
  for (int i = 0; i < 2; ++i) warp[lane][4 + i] = b[i];
  __syncwarp();
  const auto half = [](unsigned pair, int k) {
    return detail::float_of(k % 2 == 0 ? pair << 16 : pair & 0xffff0000u);
  };
  float* const sums[4] = {&sum0, &sum1, &sum2, &sum3};
  for (int k = 0; k < 16; ++k) {
    const int holder = k % 8 / 2, part = k / 8;
    for (int i = 0; i < 4; ++i) {
      *sums[i] += half(warp[4 * g + holder][2 * part + i / 2], k) *
                  half(warp[4 * (2 * t + i % 2) + holder][4 + part], k);
    }
  }
  __syncwarp();  // before a lane writes its next fragments
#else
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum0), "+f"(sum1), "+f"(sum2), "+f"(sum3)
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

// Sixteen aligned bytes from global to shared memory, without a register in between, so that a
// thread has as many loads in flight as it asks for. Writes zeros when not `inside`; `from` must be
// an address that exists all the same.
__device__ inline void copy_async(void* to, const void* from, bool inside) {
#ifdef SALIX_SIMT
  if (inside) {
    std::memcpy(to, from, 16);
  } else {
    std::memset(to, 0, 16);
  }
#else
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(
                   static_cast<unsigned>(__cvta_generic_to_shared(to))),
               "l"(from), "r"(inside ? 16 : 0)
               : "memory");
#endif
}

// Until this thread's copies have landed. Other threads see them after a barrier.
__device__ inline void await_copies() {
#ifndef SALIX_SIMT
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
