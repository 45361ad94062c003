#include "layers/modules/linear.h"

#include "layers/functional/autocast.h"
#include "layers/modules/init.h"

namespace salix {

Linear::Linear(Exec& exec, std::int64_t in_features, std::int64_t out_features)
    : weight(init::default_uniform(exec, {out_features, in_features}, in_features)),
      bias(init::default_uniform(exec, {out_features}, in_features)) {
  add_parameter("weight", weight);
  add_parameter("bias", bias);
}

Tensor Linear::operator()(const Tensor& x) const {
  if (!packed_.ready()) return linear(x, weight, bias);
  const std::int64_t in = weight.dim(1), last = x.rank() - 1;
  SALIX_CHECK(x.dim(static_cast<int>(last)) == in, "linear: x must be [..,", in, "]; got ",
              x.shape());
  const Tensor y = packed_(x.reshape({1, x.numel() / in, 1, in}), /*relu=*/false);
  return y.reshape(x.shape().with(static_cast<int>(last), weight.dim(0)));
}

void Linear::on_prepare_inference() {
  if (!weight.exec().device().is_host()) return;
  packed_ =
      PackedConv2d(autocast_down(weight.detach()).reshape({weight.dim(0), 1, 1, weight.dim(1)}),
                   autocast_down(bias.detach()), {});
}

}  // namespace salix
