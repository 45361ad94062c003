// The passes that batch norm and group norm are made of, over a channels-last map seen as
// [images, rows, channels]. One mean and one standard deviation belong to each image and
// group of neighbouring channels; batch norm is the case of one image (all rows of the
// batch) and as many groups as channels.
#pragma once

#include "engine/exec.h"
#include "engine/tensor_view.h"
#include "kernels/common/parameter_dtype.h"

namespace salix::kernels {

struct ChannelNormSizes {
  std::int64_t images = 0;
  std::int64_t rows = 0;  // pixels per image
  std::int64_t channels = 0;
  std::int64_t groups = 0;  // divides channels

  std::int64_t group_channels() const { return channels / groups; }
  std::int64_t values_per_group() const { return rows * group_channels(); }
};

// Batch norm's running statistics: new = (1 - momentum) * old + momentum * batch. The
// variance put in is the unbiased one, M2 / (count - 1).
struct RunningStatistics {
  View mean, variance;  // [C]; both empty: none are kept
  double momentum = 0;
  View batches = {};  // [] int64, grows by 1 with each update; empty: nobody counts
};

// mean(image,g) and inv_std(image,g) = 1 / sqrt(biased variance + eps).
//
// Shapes    x [images,rows,channels] in any shape; mean and inv_std [images*groups] likewise.
// Types     x float32, bfloat16; float64 on the CPU. The rest: parameter_dtype.
// Writes    mean and inv_std are overwritten; `running` is updated. One pass over x.
// Repeats   run_to_run, for any number of threads: partial sums of chunks whose size depends
//           on the shape only, joined in order. Accurate for |mean| >> deviation.
void channel_norm_statistics(Exec& exec, const ChannelNormSizes& sizes, double eps, ConstView x,
                             View mean, View inv_std, const RunningStatistics& running);

// mean = running.mean, inv_std = 1 / sqrt(running.variance + eps): batch norm in eval mode.
void channel_norm_use_running(Exec& exec, double eps, const RunningStatistics& running, View mean,
                              View inv_std);

struct ChannelNormForward {
  ConstView x, gamma, beta;  // gamma, beta [C]
  ConstView residual;        // like x, or empty: added before the ReLU
  ConstView mean, inv_std;
  View y;
  bool relu = false;
};

// y = (x - mean) * (gamma * inv_std) + beta [+ residual] [then max(., 0)]. One pass.
void channel_norm_apply(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormForward& b);

struct ChannelNormBackward {
  ConstView dy, x, gamma, beta, mean, inv_std;
  ConstView y;                     // only with relu and residual, else empty
  View dx, dgamma, dbeta;          // overwritten
  View dresidual;                  // only with relu and residual, else empty
  bool relu = false;               // dy counts where the forward result was positive or NaN
  bool through_statistics = true;  // false: mean and inv_std were constants (eval mode)
};

// The gradients of statistics and apply together. With g = dy where y > 0 (all of dy without
// relu), h = x - mean, m values per group, and sums over a group:
//   dbeta = sum g, dgamma = sum g h inv_std, dresidual = g,
//   dx = inv_std (gamma g - sum(gamma g) / m - h inv_std^2 sum(gamma g h) / m).
// Without a residual the sign of y is computed again from x, which spares reading y; with
// one, the first pass leaves g in dresidual and the second reads that instead of dy and y.
void channel_norm_backward(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormBackward& b);

}  // namespace salix::kernels
