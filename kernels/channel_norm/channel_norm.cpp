#include "kernels/channel_norm/channel_norm.h"

#include "kernels/common/dispatch.h"

// batch_norm.cpp and group_norm.cpp check the buffers; here is only the switch on device.
namespace salix::kernels {

namespace cpu {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::channel_norm_statistics) channel_norm_statistics;
decltype(kernels::channel_norm_use_running) channel_norm_use_running;
decltype(kernels::channel_norm_apply) channel_norm_apply;
decltype(kernels::channel_norm_backward) channel_norm_backward;
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

}  // namespace salix::kernels
