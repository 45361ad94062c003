// The passes of batch norm over a map of which each rank holds some rows, cut where the ranks'
// numbers are joined (SyncBatchNorm). What travels is float64 on every device, so that joining
// loses nothing. sizes: one image, a group per channel.
#pragma once

#include "kernels/channel_norm/channel_norm.h"

namespace salix::kernels {

// moments [C,3]: rows, mean and M2 = sum (x - mean)^2 of x's rows. Accuracy and repeats as
// channel_norm_statistics().
void channel_norm_moments(Exec& exec, const ChannelNormSizes& sizes, ConstView x, View moments);

// mean, inv_std and running as channel_norm_statistics() has them, of all rows of all ranks:
// moments [R,C,3], joined in the order of the ranks.
void channel_norm_use_moments(Exec& exec, double eps, ConstView moments, View mean, View inv_std,
                              const RunningStatistics& running);

// sums [C,3]: sum g, sum g (x - mean), rows; g and the rest of `b` as in
// channel_norm_backward(), of which this writes dgamma, dbeta (of x's rows) and dresidual.
void channel_norm_gradient_sums(Exec& exec, const ChannelNormSizes& sizes,
                                const ChannelNormBackward& b, View sums);

// dx, from the sums over all ranks; after channel_norm_gradient_sums(), with the same `b`.
void channel_norm_gradient_from_sums(Exec& exec, const ChannelNormSizes& sizes,
                                     const ChannelNormBackward& b, ConstView sums);

}  // namespace salix::kernels
