#include "kernels/batch_norm/batch_norm.h"

#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/common/norm_checks.h"

namespace salix::kernels {
namespace {

// One image of all rows, a group per channel.
ChannelNormSizes sizes_of(const char* op, const ConstView& x, const BatchNormParams& params) {
  SALIX_CHECK(x.rank() >= 2 && x.numel() > 0, op,
              ": x must be [...,C] with positive sizes; got shape ", x.shape);
  const std::int64_t channels = x.dim(-1), rows = x.numel() / channels;
  SALIX_CHECK(!params.training || rows > 1, op,
              ": training needs more than one value per channel; got shape ", x.shape);
  return {1, rows, channels, channels};
}

void check_forward(const char* op, const ChannelNormSizes& sizes, const BatchNormBuffers& b) {
  check_norm_vectors(op, b.x, sizes.channels,
                     {{"gamma", b.gamma},
                      {"beta", b.beta},
                      {"running_mean", b.running_mean},
                      {"running_var", b.running_var},
                      {"mean", b.mean},
                      {"inv_std", b.inv_std}});
  check_norm_maps(op, b.x, {{"y", b.y}});
  if (!b.batches.empty()) {
    check_shape(op, "batches", b.batches, {});
    check_dtype(op, "batches", b.batches, DType::kInt64);
  }
  if (!b.residual.empty()) check_norm_maps(op, b.x, {{"residual", b.residual}});
  check_norm_outputs(op, {{"y", b.y}}, {{"x", b.x}, {"residual", b.residual}});
}

void check_backward(const char* op, const ChannelNormSizes& sizes,
                    const BatchNormBackwardBuffers& b, const BatchNormParams& params) {
  check_norm_vectors(op, b.x, sizes.channels,
                     {{"gamma", b.gamma},
                      {"beta", b.beta},
                      {"mean", b.mean},
                      {"inv_std", b.inv_std},
                      {"dgamma", b.dgamma},
                      {"dbeta", b.dbeta}});
  check_norm_maps(op, b.x, {{"dy", b.dy}, {"dx", b.dx}});
  SALIX_CHECK(b.y.empty() == b.dresidual.empty() && (params.relu || b.y.empty()), op,
              ": y and dresidual come together, and with relu only");
  if (!b.y.empty()) check_norm_maps(op, b.x, {{"y", b.y}, {"dresidual", b.dresidual}});
  check_norm_outputs(op, {{"dx", b.dx}, {"dresidual", b.dresidual}},
                     {{"dy", b.dy}, {"x", b.x}, {"y", b.y}});
  check_no_overlap(op, "dx", b.dx, "dresidual", b.dresidual);
}

// What ranks exchange: float64 [...,C,3], on any device.
void check_exchanged(const char* op, const char* name, const ConstView& view, const Shape& shape) {
  check_shape(op, name, view, shape);
  check_dtype(op, name, view, DType::kFloat64);
}

ChannelNormForward forward_of(const BatchNormBuffers& b, const BatchNormParams& params) {
  return {.x = b.x,
          .gamma = b.gamma,
          .beta = b.beta,
          .residual = b.residual,
          .mean = b.mean,
          .inv_std = b.inv_std,
          .y = b.y,
          .relu = params.relu};
}

ChannelNormBackward backward_of(const BatchNormBackwardBuffers& b, const BatchNormParams& params) {
  return {.dy = b.dy,
          .x = b.x,
          .gamma = b.gamma,
          .beta = b.beta,
          .mean = b.mean,
          .inv_std = b.inv_std,
          .y = b.y,
          .dx = b.dx,
          .dgamma = b.dgamma,
          .dbeta = b.dbeta,
          .dresidual = b.dresidual,
          .relu = params.relu,
          .through_statistics = params.training};
}

}  // namespace

void batch_norm(Exec& exec, const BatchNormBuffers& b, const BatchNormParams& params) {
  const ChannelNormSizes sizes = sizes_of("batch_norm", b.x, params);
  check_forward("batch_norm", sizes, b);
  const ProfileScope scope(exec, "batch_norm");
  const RunningStatistics running{b.running_mean, b.running_var, params.momentum, b.batches};
  if (params.training) {
    channel_norm_statistics(exec, sizes, params.eps, b.x, b.mean, b.inv_std, running);
  } else {
    channel_norm_use_running(exec, params.eps, running, b.mean, b.inv_std);
  }
  channel_norm_apply(exec, sizes, forward_of(b, params));
}

void batch_norm_backward(Exec& exec, const BatchNormBackwardBuffers& b,
                         const BatchNormParams& params) {
  const ChannelNormSizes sizes = sizes_of("batch_norm_backward", b.x, params);
  check_backward("batch_norm_backward", sizes, b, params);
  const ProfileScope scope(exec, "batch_norm_backward");
  channel_norm_backward(exec, sizes, backward_of(b, params));
}

void sync_batch_norm_moments(Exec& exec, ConstView x, View moments) {
  const char* op = "sync_batch_norm_moments";
  const ChannelNormSizes sizes = sizes_of(op, x, {});
  check_exchanged(op, "moments", moments, {sizes.channels, 3});
  const ProfileScope scope(exec, op);
  channel_norm_moments(exec, sizes, x, moments);
}

void sync_batch_norm(Exec& exec, const BatchNormBuffers& b, const BatchNormParams& params,
                     ConstView moments) {
  const char* op = "sync_batch_norm";
  const ChannelNormSizes sizes = sizes_of(op, b.x, {});
  check_forward(op, sizes, b);
  check_rank(op, "moments", moments, 3);
  check_exchanged(op, "moments", moments, {moments.dim(0), sizes.channels, 3});
  SALIX_CHECK(sizes.rows > 1 || moments.dim(0) > 1, op,
              ": training needs more than one value per channel, on all ranks together; got shape ",
              b.x.shape);
  const ProfileScope scope(exec, op);
  channel_norm_use_moments(exec, params.eps, moments, b.mean, b.inv_std,
                           {b.running_mean, b.running_var, params.momentum, b.batches});
  channel_norm_apply(exec, sizes, forward_of(b, params));
}

void sync_batch_norm_sums(Exec& exec, const BatchNormBackwardBuffers& b,
                          const BatchNormParams& params, View sums) {
  const char* op = "sync_batch_norm_sums";
  const ChannelNormSizes sizes = sizes_of(op, b.x, {});
  check_backward(op, sizes, b, params);
  check_exchanged(op, "sums", sums, {sizes.channels, 3});
  const ProfileScope scope(exec, op);
  channel_norm_gradient_sums(exec, sizes, backward_of(b, params), sums);
}

void sync_batch_norm_backward(Exec& exec, const BatchNormBackwardBuffers& b,
                              const BatchNormParams& params, ConstView sums) {
  const char* op = "sync_batch_norm_backward";
  const ChannelNormSizes sizes = sizes_of(op, b.x, {});
  check_backward(op, sizes, b, params);
  check_exchanged(op, "sums", sums, {sizes.channels, 3});
  const ProfileScope scope(exec, op);
  channel_norm_gradient_from_sums(exec, sizes, backward_of(b, params), sums);
}

}  // namespace salix::kernels
