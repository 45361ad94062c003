// The Winograd kernels for AVX-512 (flags: kernels/CMakeLists.txt).
#include "kernels/conv2d/winograd_table.h"

namespace salix::kernels::winograd::avx512 {

const Kernels& kernels() { return kTable<16, 13>; }

}  // namespace salix::kernels::winograd::avx512
