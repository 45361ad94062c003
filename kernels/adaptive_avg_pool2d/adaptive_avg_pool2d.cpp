#include "kernels/adaptive_avg_pool2d/adaptive_avg_pool2d.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/pool_checks.h"
#include "kernels/reduce/reduce.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::adaptive_avg_pool2d) adaptive_avg_pool2d;
decltype(kernels::adaptive_avg_pool2d_backward) adaptive_avg_pool2d_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::adaptive_avg_pool2d) adaptive_avg_pool2d;
decltype(kernels::adaptive_avg_pool2d_backward) adaptive_avg_pool2d_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::adaptive_avg_pool2d) adaptive_avg_pool2d;
decltype(kernels::adaptive_avg_pool2d_backward) adaptive_avg_pool2d_backward;
}  // namespace cuda

namespace {

// One bin is a mean over all pixels: reduce splits it among threads, a pooling kernel with
// one thread per output could not.
bool is_global(const ConstView& out_map) { return out_map.dim(1) == 1 && out_map.dim(2) == 1; }

}  // namespace

void adaptive_avg_pool2d(Exec& exec, ConstView x, View y) {
  check_pool_maps("adaptive_avg_pool2d", x, y);
  if (is_global(y)) return reduce(exec, x, y, ReduceKind::kMean);
  run_on_device("adaptive_avg_pool2d", exec,
                Implementations{cpu::adaptive_avg_pool2d, simt::adaptive_avg_pool2d,
                                SALIX_CUDA(cuda::adaptive_avg_pool2d)},
                x, y);
}

void adaptive_avg_pool2d_backward(Exec& exec, ConstView dy, View dx) {
  check_pool_maps("adaptive_avg_pool2d_backward", dx, dy);
  if (is_global(dy)) return reduce_backward(exec, dy, dx, ReduceKind::kMean);
  run_on_device(
      "adaptive_avg_pool2d_backward", exec,
      Implementations{cpu::adaptive_avg_pool2d_backward, simt::adaptive_avg_pool2d_backward,
                      SALIX_CUDA(cuda::adaptive_avg_pool2d_backward)},
      dy, dx);
}

}  // namespace salix::kernels
