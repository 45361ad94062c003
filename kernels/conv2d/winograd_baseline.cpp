// The Winograd kernels for the build's baseline, AVX2 unless configured otherwise, and the
// choice between the instruction sets.
#include "kernels/conv2d/winograd_table.h"

namespace salix::kernels::winograd {

namespace baseline {
const Kernels& kernels() { return kTable<8, 6>; }
}  // namespace baseline

const Kernels& kernels() {
#ifdef SALIX_WINOGRAD_AVX512
  // What x86-64-v4 stands for.
  static const bool has_avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512cd");
  if (has_avx512) return avx512::kernels();
#endif
  return baseline::kernels();
}

}  // namespace salix::kernels::winograd
