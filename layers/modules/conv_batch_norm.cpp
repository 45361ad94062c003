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
template <typename T>
PackedConv2d ConvBatchNorm::fold() const {
  const std::vector<double> gamma = norm.weight.to_vector<double>();
  const std::vector<double> beta = norm.bias.to_vector<double>();
  const std::vector<double> mean = norm.running_mean.to_vector<double>();
  const std::vector<double> variance = norm.running_var.to_vector<double>();
  std::vector<T> weight = conv.weight.to_vector<T>();
  std::vector<T> bias(gamma.size(), T(0));
  if (conv.bias) bias = conv.bias.to_vector<T>();
  const std::size_t per_output = weight.size() / gamma.size();
  for (std::size_t o = 0; o < gamma.size(); ++o) {
    const double scale = gamma[o] / std::sqrt(variance[o] + BatchNorm2d::kEps);
    T* row = weight.data() + o * per_output;
    for (std::size_t k = 0; k < per_output; ++k) row[k] = static_cast<T>(row[k] * scale);
    bias[o] = static_cast<T>(scale * (static_cast<double>(bias[o]) - mean[o]) + beta[o]);
  }
  Exec& exec = conv.weight.exec();
  const DType dtype = conv.weight.dtype();
  return PackedConv2d(Tensor::from_host(exec, weight, conv.weight.shape()).to(dtype),
                      Tensor::from_host(exec, bias, norm.bias.shape()).to(dtype), conv.params());
}

void ConvBatchNorm::on_prepare_inference() {
  folded_ = conv.weight.dtype() == DType::kFloat64 ? fold<double>() : fold<float>();
}

}  // namespace salix
