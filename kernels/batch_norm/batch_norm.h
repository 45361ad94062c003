// Batch normalisation of channels-last maps (Ioffe and Szegedy, ICML 2015), optionally with
// the residual sum and the ReLU that follow it in a ResNet block.
#pragma once

#include "kernels/channel_norm/channel_norm.h"

namespace salix::kernels {

struct BatchNormParams {
  double eps = 1e-5;
  double momentum = 0.1;  // share of the new batch in the running statistics
  bool training = false;  // the batch's own statistics; false: the running ones
  bool relu = false;      // y = max(., 0), after the residual sum
};

struct BatchNormBuffers {
  ConstView x, gamma, beta;
  ConstView residual;              // empty: none
  View running_mean, running_var;  // read in eval mode, updated in training
  View y, mean, inv_std;           // mean and inv_std: what backward needs, in both modes
  View batches = {};               // [] int64: how many updated them, or empty
};

// y = (x - mean) * inv_std * gamma + beta [+ residual] [ReLU], one mean and variance per
// channel over all other axes: of this batch (training) or the running ones.
//
// Shapes    x, residual, y [...,C] with at least two rows per channel in training; else [C].
// Types     x, residual, y float32, bfloat16, or float64 on the CPU; the rest float32, or
//           float64 with float64 x. Statistics of bfloat16 maps are float.
// Formula   normalises with the biased variance; running = (1 - momentum) * running +
//           momentum * batch, with the unbiased variance.
// Writes    y, mean, inv_std are overwritten; running_mean and running_var are updated in
//           training. No overlap of y with the inputs.
// Repeats   run_to_run, for any number of threads; see channel_norm.h.
void batch_norm(Exec& exec, const BatchNormBuffers& buffers, const BatchNormParams& params);

struct BatchNormBackwardBuffers {
  ConstView dy, x, gamma, beta, mean, inv_std;  // mean, inv_std: as the forward wrote them
  ConstView y;                                  // only with relu and a residual
  View dx, dgamma, dbeta;
  View dresidual;  // only with relu and a residual; without relu it would equal dy
};

// Shapes, types, repeats as above. In eval mode mean and inv_std are constants, so
// dx = dy * gamma * inv_std. Writes dx, dgamma, dbeta and dresidual; all are overwritten.
void batch_norm_backward(Exec& exec, const BatchNormBackwardBuffers& buffers,
                         const BatchNormParams& params);

// --- The same in training over the maps of several ranks (SyncBatchNorm), in parts: between
// them the caller joins the ranks' numbers. ---

// moments [C,3] float64: the number, mean and sum of squared deviations of x's values.
void sync_batch_norm_moments(Exec& exec, ConstView x, View moments);
// batch_norm() in training with the statistics of all ranks: moments [R,C,3], gathered.
void sync_batch_norm(Exec& exec, const BatchNormBuffers& buffers, const BatchNormParams& params,
                     ConstView moments);
// Writes dgamma, dbeta and dresidual, of this rank's map, and sums [C,3] float64, to be added up
// over the ranks; with g = dy where the result was positive: sum g, sum g (x - mean), and the
// number of values.
void sync_batch_norm_sums(Exec& exec, const BatchNormBackwardBuffers& buffers,
                          const BatchNormParams& params, View sums);
// Then dx, from the sums of all ranks. The loss meant is the sum of the ranks' losses.
void sync_batch_norm_backward(Exec& exec, const BatchNormBackwardBuffers& buffers,
                              const BatchNormParams& params, ConstView sums);

}  // namespace salix::kernels
