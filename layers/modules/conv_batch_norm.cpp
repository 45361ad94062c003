#include "layers/modules/conv_batch_norm.h"

#include <cmath>
#include <vector>

namespace salix {

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

// norm(Wx + b) = (s W) x + s (b - mean) + beta with s = gamma / sqrt(var + eps), each product
// rounded once. T is the element type on the way: double for float64 networks, else float.
// s W is made again for each order that a library wants, as it is 90 MiB in a ResNet-50.
template <typename T>
PackedConv2d ConvBatchNorm::fold() const {
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
  const auto scaled_weight = [weight = conv.weight.detach(),
                              scale]() -> std::shared_ptr<const void> {
    const auto values = std::make_shared<std::vector<T>>(weight.to_vector<T>());
    const std::size_t per_output = values->size() / scale.size();
    for (std::size_t o = 0; o < scale.size(); ++o) {
      T* row = values->data() + o * per_output;
      for (std::size_t k = 0; k < per_output; ++k) row[k] = static_cast<T>(row[k] * scale[o]);
    }
    // Not a tensor where it can be helped: its memory would be kept by the allocator.
    if (weight.exec().device().is_host() && weight.dtype() == dtype_of<T>) {
      return {values, values->data()};
    }
    const auto tensor = std::make_shared<Tensor>(
        Tensor::from_host(weight.exec(), *values, weight.shape()).to(weight.dtype()));
    return {tensor, tensor->view().data};
  };
  const Tensor folded_bias =
      Tensor::from_host(conv.weight.exec(), bias, norm.bias.shape()).to(conv.weight.dtype());
  return PackedConv2d(conv.weight, folded_bias, conv.params(), scaled_weight);
}

void ConvBatchNorm::on_prepare_inference() {
  folded_ = conv.weight.dtype() == DType::kFloat64 ? fold<double>() : fold<float>();
}

}  // namespace salix
