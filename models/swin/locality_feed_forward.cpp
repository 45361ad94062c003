#include "models/swin/locality_feed_forward.h"

#include "engine/comm/communicator.h"
#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/hardswish_norm.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

HardswishNorm hardswish_norm(const Tensor& x, BatchNorm2d& norm) {
  return {x,
          norm.weight,
          norm.bias,
          norm.running_mean,
          norm.running_var,
          {.eps = BatchNorm2d::kEps, .momentum = BatchNorm2d::kMomentum},
          norm.num_batches_tracked};
}

}  // namespace

SqueezeExcite::SqueezeExcite(Exec& exec, std::int64_t channels, std::int64_t squeezed)
    : reduce_(exec, channels, squeezed), expand_(exec, squeezed, channels) {
  add_module("fc.0", reduce_);
  add_module("fc.2", expand_);
}

Tensor SqueezeExcite::gate(const Tensor& average) const {
  const Tensor excited = expand_(relu(reduce_(average)));
  return clamp(affine(excited, 1.0 / 6, 0.5), 0, 1);  // the hard sigmoid
}

Tensor SqueezeExcite::operator()(const Tensor& x) const {
  return x * gate(mean(x, {1, 2})).reshape({x.dim(0), 1, 1, x.dim(3)});
}

LocalityFeedForward::LocalityFeedForward(Exec& exec, std::int64_t channels)
    : expand_(exec, {"0", "1"}, channels, kWider * channels, {.kernel = 1, .bias = false}),
      depthwise_(exec, {"3", "4"}, kWider * channels, kWider * channels,
                 {.kernel = 3,
                  .padding = 1,
                  .groups = static_cast<int>(kWider * channels),
                  .bias = false}),
      excite_(exec, kWider * channels, kSqueezed),
      project_(exec, {"7", "8"}, kWider * channels, channels, {.kernel = 1, .bias = false}) {
  for (ConvBatchNorm* part : {&expand_, &depthwise_}) add_module("conv", *part);
  add_module("conv.6", excite_);
  add_module("conv", project_);
}

// In training, but where batch statistics are joined over ranks or products are rounded: the ops
// one by one know how.
bool LocalityFeedForward::keeps_wide_maps_once(const Tensor& x) const {
  return training() && !x.exec().extension<Ranks>().sync_batch_norm && !autocasts(x.exec());
}

Tensor LocalityFeedForward::operator()(const Tensor& x) {
  if (keeps_wide_maps_once(x)) {
    HardswishNorm wide = hardswish_norm(expand_.conv(x), expand_.norm);
    HardswishNorm mixed = hardswish_norm(
        wide.conv2d(depthwise_.conv.weight, depthwise_.conv.params()), depthwise_.norm);
    const Tensor gate = excite_.gate(mixed.average());
    return project_.norm(mixed.conv2d(project_.conv.weight, project_.conv.params(), gate),
                         {.residual = x});
  }
  const Tensor mixed = depthwise_.then_hardswish(expand_.then_hardswish(x));
  return project_(excite_(mixed), {.residual = x});
}

}  // namespace salix
