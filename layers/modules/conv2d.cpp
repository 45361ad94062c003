#include "layers/modules/conv2d.h"

#include "layers/functional/autocast.h"
#include "layers/modules/init.h"

namespace salix {

Conv2d::Conv2d(Exec& exec, std::int64_t in_channels, std::int64_t out_channels,
               Conv2dOptions options) {
  SALIX_CHECK(
      options.groups > 0 && in_channels % options.groups == 0 && out_channels % options.groups == 0,
      "Conv2d: groups must divide both channel counts; got ", options.groups, " for ", in_channels,
      " and ", out_channels);
  params_.stride = options.stride;
  params_.padding = options.padding;
  params_.dilation = options.dilation;
  params_.groups = options.groups;
  const std::int64_t group_channels = in_channels / options.groups;
  const std::int64_t fan_in = group_channels * options.kernel * options.kernel;
  weight = init::default_uniform(
      exec, {out_channels, options.kernel, options.kernel, group_channels}, fan_in);
  add_parameter("weight", weight, FileLayout::kConvWeight);
  if (options.bias) {
    bias = init::default_uniform(exec, {out_channels}, fan_in);
    add_parameter("bias", bias);
  }
}

Tensor Conv2d::operator()(const Tensor& x) const {
  if (packed_.ready()) return packed_(x, /*relu=*/false);
  return conv2d(x, weight, bias, params_);
}

void Conv2d::on_prepare_inference() {
  packed_ = PackedConv2d(autocast_down(weight.detach()),
                         autocast_down(bias.defined() ? bias.detach() : Tensor()), params_);
}

}  // namespace salix
