#include "layers/functional/upsampled_conv2d.h"

#include "engine/autograd/op_trace.h"
#include "engine/autograd/tape.h"
#include "kernels/upsampled_conv2d/upsampled_conv2d.h"
#include "layers/functional/autocast.h"
#include "layers/functional/matmul.h"
#include "layers/functional/permute.h"
#include "layers/functional/reduce.h"
#include "layers/functional/slice.h"

namespace salix {

Tensor upsample_taps(const std::vector<Tensor>& taps, const Tensor& bias, int kernel,
                     std::int64_t height, std::int64_t width, UpsampledConv2dParams options) {
  SALIX_CHECK(!taps.empty() && taps.front().rank() == 4,
              "upsample_taps: needs at least one map [N,h,w,K*K*O]");
  Exec& exec = taps.front().exec();
  const std::int64_t channels = taps.front().dim(3) / (std::int64_t{kernel} * kernel);
  Tensor y =
      Tensor::empty(exec, {taps.front().dim(0), height, width, channels}, taps.front().dtype());
  kernels::UpsampleTapsParams params{.kernel = kernel, .align_corners = options.align_corners};
  for (const Tensor& t : taps) {
    params.accumulate = &t != &taps.front();
    kernels::upsample_taps(exec, t.view(), bias ? bias.view() : ConstView{}, y.mutable_view(),
                           params);
  }

  // Linear in every tap map and in the bias: each tap map gathers from dy what read it.
  std::vector<Tensor> inputs = taps;
  inputs.push_back(bias);
  std::vector<Shape> tap_shapes;
  for (const Tensor& t : taps) tap_shapes.push_back(t.shape());
  std::vector<Tensor> outputs{y};
  record("upsample_taps", inputs, outputs,
         [tap_shapes, params, has_bias = bias.defined()](const std::vector<Tensor>& douts) {
           const Tensor& dy = douts.front();
           std::vector<Tensor> dinputs;
           for (const Shape& shape : tap_shapes) {
             Tensor dt = Tensor::empty(dy.exec(), shape, dy.dtype());
             kernels::upsample_taps_backward(dy.exec(), dy.view(), dt.mutable_view(), params);
             dinputs.push_back(dt);
           }
           dinputs.push_back(has_bias ? sum(dy, {0, 1, 2}) : Tensor());
           return dinputs;
         });
  return outputs.front();
}

namespace {

// The convolution's channel mixing on the small maps first, as kernels/upsampled_conv2d explains.
Tensor mix_then_enlarge(const std::vector<Tensor>& maps, const Tensor& weight, const Tensor& bias,
                        std::int64_t height, std::int64_t width, UpsampledConv2dParams params) {
  // [O,K,K,C] -> [K*K*O,C]: one row per tap and output channel.
  const std::int64_t outputs = weight.dim(0), taps = weight.dim(1) * weight.dim(2);
  const Tensor by_tap =
      permute(weight.reshape({outputs, taps, -1}), {1, 0, 2}).reshape({taps * outputs, -1});
  std::vector<Tensor> tap_maps;
  std::int64_t first = 0;
  for (const Tensor& map : maps) {
    const std::int64_t own = map.dim(3);
    const Tensor mix = maps.size() == 1 ? by_tap : slice(by_tap, 1, first, own);
    tap_maps.push_back(linear(map, mix, {}));
    first += own;
  }
  return upsample_taps(tap_maps, bias, static_cast<int>(weight.dim(1)), height, width, params);
}

}  // namespace

Tensor upsampled_conv2d(const std::vector<Tensor>& maps, const Tensor& weight, const Tensor& bias,
                        std::int64_t height, std::int64_t width, UpsampledConv2dParams params) {
  SALIX_CHECK(!maps.empty(), "upsampled_conv2d: needs at least one map");
  if (autocast_rounds({weight, bias})) {  // once, before its parts are taken
    return upsampled_conv2d(maps, autocast_down(weight), autocast_down(bias), height, width,
                            params);
  }
  SALIX_CHECK(weight.rank() == 4 && weight.dim(1) == weight.dim(2) && weight.dim(1) % 2 == 1,
              "upsampled_conv2d: the weight must be [O,K,K,C] with K odd; got ", weight.shape());
  std::int64_t channels = 0;
  for (const Tensor& map : maps) {
    SALIX_CHECK(map.rank() == 4 && map.dim(0) == maps.front().dim(0),
                "upsampled_conv2d: maps must be [N,h,w,C] with one N; got ", map.shape());
    channels += map.dim(3);
  }
  SALIX_CHECK(channels == weight.dim(3), "upsampled_conv2d: the maps have ", channels,
              " channels together, the weight ", weight.shape(), " reads ", weight.dim(3));

  Tensor y;
  {
    const UntracedScope parts(weight.exec());
    y = mix_then_enlarge(maps, weight, bias, height, width, params);
  }
  std::vector<Tensor> inputs = maps;
  inputs.push_back(weight);
  inputs.push_back(bias);
  trace_op("upsampled_conv2d", inputs, y, {{"align_corners", params.align_corners}});
  return y;
}

}  // namespace salix
