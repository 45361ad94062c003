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

// norm(Wx + b) = (s W) x + s (b - mean) + beta with s = gamma / sqrt(var + eps), in double.
void ConvBatchNorm::on_prepare_inference() {
  const std::vector<double> gamma = norm.weight.to_vector<double>();
  const std::vector<double> beta = norm.bias.to_vector<double>();
  const std::vector<double> mean = norm.running_mean.to_vector<double>();
  const std::vector<double> variance = norm.running_var.to_vector<double>();
  std::vector<double> weight = conv.weight.to_vector<double>();
  std::vector<double> bias(gamma.size(), 0.0);
  if (conv.bias) bias = conv.bias.to_vector<double>();
  const std::size_t per_output = weight.size() / gamma.size();
  for (std::size_t o = 0; o < gamma.size(); ++o) {
    const double scale = gamma[o] / std::sqrt(variance[o] + BatchNorm2d::kEps);
    for (std::size_t k = 0; k < per_output; ++k) weight[o * per_output + k] *= scale;
    bias[o] = scale * (bias[o] - mean[o]) + beta[o];
  }
  Exec& exec = conv.weight.exec();
  const DType dtype = conv.weight.dtype();
  Exec host({}, {.threads = exec.threads()});  // a new Exec sets the thread count
  folded_ = PackedConv2d(Tensor::from_host(host, weight, conv.weight.shape()).to(dtype).to(exec),
                         Tensor::from_host(host, bias, norm.bias.shape()).to(dtype).to(exec),
                         conv.params());
}

}  // namespace salix
