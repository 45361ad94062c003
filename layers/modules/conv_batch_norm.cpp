#include "layers/modules/conv_batch_norm.h"

#include <cmath>
#include <vector>

#include "layers/functional/autocast.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

// [O,taps,C] -> [taps,O,C]
template <typename T>
std::vector<T> by_tap(const std::vector<T>& weight, const Shape& shape) {
  const std::int64_t outputs = shape[0], taps = shape[1] * shape[2], channels = shape[3];
  std::vector<T> result(weight.size());
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      std::copy_n(weight.data() + (o * taps + tap) * channels, channels,
                  result.data() + (tap * outputs + o) * channels);
    }
  }
  return result;
}

}  // namespace

ConvBatchNorm::ConvBatchNorm(Exec& exec, const Names& names, std::int64_t in_channels,
                             std::int64_t out_channels, Conv2dOptions options)
    : conv(exec, in_channels, out_channels, options), norm(exec, out_channels) {
  add_module(names.conv, conv);
  add_module(names.norm, norm);
}

Tensor ConvBatchNorm::operator()(const Tensor& x, const BatchNorm2d::Then& then) {
  if (folded_.ready()) return folded_(x, then.relu, then.residual);
  return norm(conv(x), then);
}

Tensor ConvBatchNorm::then_hardswish(const Tensor& x) {
  return folded_.ready() ? folded_.then_hardswish(x) : hardswish(norm(conv(x), {}));
}

Tensor ConvBatchNorm::on_enlarged(const Tensor& x, std::int64_t height, std::int64_t width,
                                  UpsampledConv2dParams params, bool then_relu) {
  SALIX_CHECK(keeps_size(),
              "ConvBatchNorm: on_enlarged needs a convolution of stride and dilation 1, one group, "
              "an odd kernel K and padding K/2; got weight ",
              conv.weight.shape());
  if (!folded_taps_.ready()) {
    return norm(upsampled_conv2d({x}, conv.weight, conv.bias, height, width, params),
                {.relu = then_relu});
  }
  const Tensor y = upsample_taps({folded_taps_(x, /*relu=*/false)}, folded_bias_,
                                 static_cast<int>(conv.weight.dim(1)), height, width, params);
  return then_relu ? relu(y) : y;
}

bool ConvBatchNorm::keeps_size() const {
  const Conv2dParams& p = conv.params();
  const std::int64_t kernel = conv.weight.dim(1);
  return p.stride == 1 && p.dilation == 1 && p.groups == 1 && kernel % 2 == 1 &&
         p.padding == static_cast<int>(kernel / 2);
}

// norm(Wx + b) = (s W) x + s (b - mean) + beta with s = gamma / sqrt(var + eps), each product
// rounded once. T is the element type on the way: double for float64 networks, else float.
// s W is made again for each order that a library wants, as it is 90 MiB in a ResNet-50.
template <typename T>
void ConvBatchNorm::fold() {
  const std::vector<double> gamma = norm.weight.to_vector<double>();
  const std::vector<double> beta = norm.bias.to_vector<double>();
  const std::vector<double> mean = norm.running_mean.to_vector<double>();
  const std::vector<double> variance = norm.running_var.to_vector<double>();
  std::vector<double> scale(gamma.size());
  std::vector<T> bias(gamma.size(), T(0));
  if (conv.bias) bias = conv.bias.to_vector<T>();
  for (std::size_t o = 0; o < gamma.size(); ++o) {
    scale[o] = gamma[o] / std::sqrt(variance[o] + BatchNorm2d::kEps);
    bias[o] = static_cast<T>(scale[o] * (static_cast<double>(bias[o]) - mean[o]) + beta[o]);
  }
  // What calls read of a packed weight is its shape and type; the values come from the source.
  const Tensor like = autocast_rounds({conv.weight})
                          ? Tensor::empty(conv.weight.exec(), conv.weight.shape(), DType::kBFloat16)
                          : conv.weight.detach();
  const auto scaled_weight = [weight = conv.weight.detach(), scale, stored = like.dtype()](
                                 bool taps_first) -> std::shared_ptr<const void> {
    const auto values = std::make_shared<std::vector<T>>(weight.to_vector<T>());
    const std::size_t per_output = values->size() / scale.size();
    for (std::size_t o = 0; o < scale.size(); ++o) {
      T* row = values->data() + o * per_output;
      for (std::size_t k = 0; k < per_output; ++k) row[k] = static_cast<T>(row[k] * scale[o]);
    }
    if (taps_first) *values = by_tap(*values, weight.shape());
    // Not a tensor where it can be helped: its memory would be kept by the allocator.
    if (weight.exec().device().is_host() && stored == dtype_of<T>) {
      return {values, values->data()};
    }
    const auto tensor = std::make_shared<Tensor>(
        Tensor::from_host(weight.exec(), *values, weight.shape()).to(stored));
    return {tensor, tensor->view().data};
  };
  folded_bias_ = Tensor::from_host(conv.weight.exec(), bias, norm.bias.shape()).to(like.dtype());
  folded_ = PackedConv2d(like, folded_bias_, conv.params(),
                         [scaled_weight] { return scaled_weight(false); });
  if (!keeps_size()) return;
  const Shape& shape = conv.weight.shape();
  folded_taps_ = PackedConv2d(like.reshape({shape[0] * shape[1] * shape[2], 1, 1, shape[3]}), {},
                              {}, [scaled_weight] { return scaled_weight(true); });
}

void ConvBatchNorm::on_prepare_inference() {
  if (conv.weight.dtype() == DType::kFloat64) {
    fold<double>();
  } else {
    fold<float>();
  }
}

void ConvBatchNorm::on_mode_change() {
  folded_.reset();
  folded_taps_.reset();
  folded_bias_ = {};
}

}  // namespace salix
