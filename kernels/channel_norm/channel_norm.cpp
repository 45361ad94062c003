#include "kernels/channel_norm/channel_norm.h"

#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/common/dispatch.h"

// batch_norm.cpp, sync_batch_norm.cpp and group_norm.cpp check the buffers; here is only the switch
// on device.
namespace salix::kernels {

namespace cpu {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
decltype(kernels::channel_norm_moments) channel_norm_moments;
decltype(kernels::channel_norm_use_moments) channel_norm_use_moments;
decltype(kernels::channel_norm_gradient_sums) channel_norm_gradient_sums;
decltype(kernels::channel_norm_gradient_from_sums) channel_norm_gradient_from_sums;
}  // namespace cpu
namespace simt {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
decltype(kernels::channel_norm_moments) channel_norm_moments;
decltype(kernels::channel_norm_use_moments) channel_norm_use_moments;
decltype(kernels::channel_norm_gradient_sums) channel_norm_gradient_sums;
decltype(kernels::channel_norm_gradient_from_sums) channel_norm_gradient_from_sums;
}  // namespace simt
namespace cuda {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
decltype(kernels::channel_norm_moments) channel_norm_moments;
decltype(kernels::channel_norm_use_moments) channel_norm_use_moments;
decltype(kernels::channel_norm_gradient_sums) channel_norm_gradient_sums;
decltype(kernels::channel_norm_gradient_from_sums) channel_norm_gradient_from_sums;
}  // namespace cuda

void channel_norm_statistics(Exec& exec, const ChannelNormSizes& sizes, double eps, ConstView x,
                             View mean, View inv_std, const RunningStatistics& running) {
  run_on_device("channel_norm_statistics", exec,
                Implementations{cpu::channel_norm_statistics, simt::channel_norm_statistics,
                                SALIX_CUDA(cuda::channel_norm_statistics)},
                sizes, eps, x, mean, inv_std, running);
}

void channel_norm_use_running(Exec& exec, double eps, const RunningStatistics& running, View mean,
                              View inv_std) {
  run_on_device("channel_norm_use_running", exec,
                Implementations{cpu::channel_norm_use_running, simt::channel_norm_use_running,
                                SALIX_CUDA(cuda::channel_norm_use_running)},
                eps, running, mean, inv_std);
}

void channel_norm_apply(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormForward& b) {
  run_on_device("channel_norm_apply", exec,
                Implementations{cpu::channel_norm_apply, simt::channel_norm_apply,
                                SALIX_CUDA(cuda::channel_norm_apply)},
                sizes, b);
}

void channel_norm_backward(Exec& exec, const ChannelNormSizes& sizes,
                           const ChannelNormBackward& b) {
  run_on_device("channel_norm_backward", exec,
                Implementations{cpu::channel_norm_backward, simt::channel_norm_backward,
                                SALIX_CUDA(cuda::channel_norm_backward)},
                sizes, b);
}

void channel_norm_moments(Exec& exec, const ChannelNormSizes& sizes, ConstView x, View moments) {
  run_on_device("channel_norm_moments", exec,
                Implementations{cpu::channel_norm_moments, simt::channel_norm_moments,
                                SALIX_CUDA(cuda::channel_norm_moments)},
                sizes, x, moments);
}

void channel_norm_use_moments(Exec& exec, double eps, ConstView moments, View mean, View inv_std,
                              const RunningStatistics& running) {
  run_on_device("channel_norm_use_moments", exec,
                Implementations{cpu::channel_norm_use_moments, simt::channel_norm_use_moments,
                                SALIX_CUDA(cuda::channel_norm_use_moments)},
                eps, moments, mean, inv_std, running);
}

void channel_norm_gradient_sums(Exec& exec, const ChannelNormSizes& sizes,
                                const ChannelNormBackward& b, View sums) {
  run_on_device("channel_norm_gradient_sums", exec,
                Implementations{cpu::channel_norm_gradient_sums, simt::channel_norm_gradient_sums,
                                SALIX_CUDA(cuda::channel_norm_gradient_sums)},
                sizes, b, sums);
}

void channel_norm_gradient_from_sums(Exec& exec, const ChannelNormSizes& sizes,
                                     const ChannelNormBackward& b, ConstView sums) {
  run_on_device(
      "channel_norm_gradient_from_sums", exec,
      Implementations{cpu::channel_norm_gradient_from_sums, simt::channel_norm_gradient_from_sums,
                      SALIX_CUDA(cuda::channel_norm_gradient_from_sums)},
      sizes, b, sums);
}

}  // namespace salix::kernels
