#include "kernels/group_norm/group_norm.h"

#include "kernels/common/norm_checks.h"

namespace salix::kernels {
namespace {

ChannelNormSizes sizes_of(const char* op, const ConstView& x, const GroupNormParams& params) {
  SALIX_CHECK(x.rank() >= 2 && x.numel() > 0, op,
              ": x must be [N,...,C] with positive sizes; got shape ", x.shape);
  const std::int64_t channels = x.dim(-1);
  SALIX_CHECK(params.groups > 0 && channels % params.groups == 0, op,
              ": the number of groups must divide the channels; got ", params.groups,
              " groups for ", channels, " channels");
  return {x.dim(0), x.numel() / channels / x.dim(0), channels, params.groups};
}

}  // namespace

void group_norm(Exec& exec, const GroupNormBuffers& b, const GroupNormParams& params) {
  const char* op = "group_norm";
  const ChannelNormSizes sizes = sizes_of(op, b.x, params);
  check_norm_vectors(op, b.x, sizes.channels, {{"gamma", b.gamma}, {"beta", b.beta}});
  check_norm_vectors(op, b.x, sizes.images * sizes.groups,
                     {{"mean", b.mean}, {"inv_std", b.inv_std}});
  check_norm_maps(op, b.x, {{"y", b.y}});
  check_norm_outputs(op, {{"y", b.y}}, {{"x", b.x}});

  const ProfileScope scope(exec, op);
  channel_norm_statistics(exec, sizes, params.eps, b.x, b.mean, b.inv_std, {});
  channel_norm_apply(exec, sizes,
                     {.x = b.x,
                      .gamma = b.gamma,
                      .beta = b.beta,
                      .residual = {},
                      .mean = b.mean,
                      .inv_std = b.inv_std,
                      .y = b.y,
                      .relu = params.relu});
}

void group_norm_backward(Exec& exec, const GroupNormBackwardBuffers& b,
                         const GroupNormParams& params) {
  const char* op = "group_norm_backward";
  const ChannelNormSizes sizes = sizes_of(op, b.x, params);
  check_norm_vectors(
      op, b.x, sizes.channels,
      {{"gamma", b.gamma}, {"beta", b.beta}, {"dgamma", b.dgamma}, {"dbeta", b.dbeta}});
  check_norm_vectors(op, b.x, sizes.images * sizes.groups,
                     {{"mean", b.mean}, {"inv_std", b.inv_std}});
  check_norm_maps(op, b.x, {{"dy", b.dy}, {"dx", b.dx}});
  check_norm_outputs(op, {{"dx", b.dx}}, {{"dy", b.dy}, {"x", b.x}});

  const ProfileScope scope(exec, op);
  channel_norm_backward(exec, sizes,
                        {.dy = b.dy,
                         .x = b.x,
                         .gamma = b.gamma,
                         .beta = b.beta,
                         .mean = b.mean,
                         .inv_std = b.inv_std,
                         .y = {},
                         .dx = b.dx,
                         .dgamma = b.dgamma,
                         .dbeta = b.dbeta,
                         .dresidual = {},
                         .relu = params.relu,
                         .through_statistics = true});
}

}  // namespace salix::kernels
