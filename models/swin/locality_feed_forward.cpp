#include "models/swin/locality_feed_forward.h"

#include "layers/functional/binary.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {

SqueezeExcite::SqueezeExcite(Exec& exec, std::int64_t channels, std::int64_t squeezed)
    : reduce_(exec, channels, squeezed), expand_(exec, squeezed, channels) {
  add_module("fc.0", reduce_);
  add_module("fc.2", expand_);
}

Tensor SqueezeExcite::operator()(const Tensor& x) const {
  const Tensor gate = expand_(relu(reduce_(mean(x, {1, 2}))));
  const Tensor hard_sigmoid = clamp(affine(gate, 1.0 / 6, 0.5), 0, 1);
  return x * hard_sigmoid.reshape({x.dim(0), 1, 1, x.dim(3)});
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

Tensor LocalityFeedForward::operator()(const Tensor& x) {
  const Tensor wide = hardswish(expand_(x, {}));
  const Tensor mixed = hardswish(depthwise_(wide, {}));
  return project_(excite_(mixed), {.residual = x});
}

}  // namespace salix
