// Matrix product, single, batched, or with one right-hand matrix shared by the batch (GEMM).
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"

namespace salix::kernels {

struct MatmulParams {
  bool transpose_a = false;
  bool transpose_b = false;
};

// y(.., m, n) = bias(n) + sum over k of op(a)(.., m, k) * op(b)(.., k, n), where op swaps the
// last two axes if its flag is set.
//
// Shapes    op(a) [..,M,K], op(b) [..,K,N] with equal leading axes, or [K,N] shared by all;
//           a shared b goes with transpose_a only if a has two axes too. bias [N] or empty,
//           y = matmul_output_shape(a, b, params). All sizes > 0.
// Types     float32, bfloat16 (float accumulation; a bfloat16 oneDNN needs AVX-512, else the
//           reference runs); float64 on the CPU. One dtype for all buffers.
// Writes    y is overwritten; no overlap with a or b.
// Repeats   run_to_run. The vendor libraries may split sums by thread count, so another
//           thread count may round differently; the reference never does.
void matmul(Exec& exec, ConstView a, ConstView b, ConstView bias, View y, MatmulParams params);

// [..,M,N]; InvalidInput when the shapes do not go together.
Shape matmul_output_shape(const Shape& a, const Shape& b, const MatmulParams& params);

// --- For the implementations: any accepted call as `batch` products of one size. ---
struct MatmulSizes {
  std::int64_t batch, m, n, k;
};
// A shared b makes one tall product out of the batch.
MatmulSizes matmul_sizes(const Shape& a, const Shape& b, const MatmulParams& params);

}  // namespace salix::kernels
