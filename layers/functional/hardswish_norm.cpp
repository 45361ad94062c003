#include "layers/functional/hardswish_norm.h"

#include <utility>
#include <vector>

#include "engine/autograd/tape.h"
#include "kernels/channel_norm/channel_norm.h"
#include "kernels/common/parameter_dtype.h"
#include "kernels/hardswish_norm/hardswish_norm.h"

namespace salix {
namespace {

kernels::ChannelNormSizes sizes_of(const Tensor& x) {
  const std::int64_t channels = x.dim(3);
  return {1, x.numel() / channels, channels, channels};
}

ConstView view_or_none(const Tensor& tensor) {
  return tensor.defined() ? tensor.view() : ConstView{};
}

}  // namespace

// What the way back needs. The handles that are on the tape are let go when the op that needs them
// has been recorded.
struct HardswishNorm::Kept {
  Tensor x, gamma, beta;      // on the tape
  Tensor mean, inv_std;       // of the batch
  Tensor gate = {}, dh = {};  // dh: the gradient of h times gate that waits
  bool averaged = false;

  kernels::NormedMap map() const {
    return {x.view(), mean.view(), inv_std.view(), gamma.view(), beta.view()};
  }

  // h times gate, in memory.
  Tensor made() const {
    Tensor h = Tensor::empty(x.exec(), x.shape(), x.dtype());
    kernels::hardswish_norm(x.exec(), map(), view_or_none(gate), h.mutable_view());
    return h;
  }

  // dx, dgamma, dbeta from the gradients of h times gate (written over) and of its average.
  std::vector<Tensor> through_norm(Tensor d, const Tensor& daverage) const {
    kernels::hardswish_norm_backward(x.exec(), map(), d.view(), view_or_none(gate),
                                     view_or_none(daverage), d.mutable_view());
    Tensor dx = Tensor::empty(x.exec(), x.shape(), x.dtype());
    Tensor dgamma = Tensor::empty(x.exec(), gamma.shape(), gamma.dtype());
    Tensor dbeta = Tensor::empty(x.exec(), beta.shape(), beta.dtype());
    kernels::channel_norm_backward(x.exec(), sizes_of(x),
                                   {.dy = d.view(),
                                    .x = x.view(),
                                    .gamma = gamma.view(),
                                    .beta = beta.view(),
                                    .mean = mean.view(),
                                    .inv_std = inv_std.view(),
                                    .y = {},
                                    .dx = dx.mutable_view(),
                                    .dgamma = dgamma.mutable_view(),
                                    .dbeta = dbeta.mutable_view(),
                                    .dresidual = {}});
    return {dx, dgamma, dbeta};
  }
};

HardswishNorm::HardswishNorm(const Tensor& x, const Tensor& gamma, const Tensor& beta,
                             Tensor running_mean, Tensor running_var, const BatchNormParams& params,
                             Tensor batches) {
  SALIX_CHECK(x.rank() == 4 && x.numel() > x.dim(3),
              "HardswishNorm: x must be [N,H,W,C] with more than one pixel; got shape ", x.shape());
  const DType statistics = kernels::parameter_dtype(x.dtype());
  kept_ = std::make_shared<Kept>(Kept{.x = x,
                                      .gamma = gamma,
                                      .beta = beta,
                                      .mean = Tensor::empty(x.exec(), {x.dim(3)}, statistics),
                                      .inv_std = Tensor::empty(x.exec(), {x.dim(3)}, statistics)});
  kernels::channel_norm_statistics(
      x.exec(), sizes_of(x), params.eps, x.view(), kept_->mean.mutable_view(),
      kept_->inv_std.mutable_view(),
      {running_mean.mutable_view(), running_var.mutable_view(), params.momentum,
       batches.defined() ? batches.mutable_view() : View{}});
}

Tensor HardswishNorm::average() {
  const Tensor x = kept_->x, gamma = kept_->gamma, beta = kept_->beta;
  Tensor average = Tensor::empty(x.exec(), {x.dim(0), x.dim(3)}, x.dtype());
  kernels::hardswish_norm_average(x.exec(), kept_->map(), average.mutable_view());
  kept_->averaged = true;
  kept_->x = x.detach(), kept_->gamma = gamma.detach(), kept_->beta = beta.detach();

  // The last to run on the way back, as the gate depends on the average: here both gradients of h
  // meet and go through the norm.
  record("hardswish_norm_average", {x, gamma, beta}, average, [kept = kept_](const Tensor& dy) {
    Tensor dh = std::exchange(kept->dh, {});
    if (!dh.defined()) dh = Tensor::zeros(dy.exec(), kept->x.shape(), kept->x.dtype());
    return kept->through_norm(std::move(dh), dy);
  });
  return average;
}

Tensor HardswishNorm::conv2d(const Tensor& weight, const Conv2dParams& params, const Tensor& gate) {
  SALIX_CHECK(gate.defined() == kept_->averaged,
              "HardswishNorm: conv2d needs a gate after average(), and only then");
  const Tensor x = kept_->x, gamma = kept_->gamma, beta = kept_->beta;
  Exec& exec = x.exec();
  if (gate.defined()) kept_->gate = gate.detach();
  Tensor y = Tensor::empty(exec, kernels::conv2d_output_shape(x.shape(), weight.shape(), params),
                           x.dtype());
  kernels::conv2d(exec, kept_->made().view(), weight.view(), {}, {}, y.mutable_view(), params);
  kept_->x = x.detach(), kept_->gamma = gamma.detach(), kept_->beta = beta.detach();

  // dweight from h, made again; then h's gradient from the convolution.
  const auto through_convolution = [=, kept = kept_, weight = weight.detach()](const Tensor& dy) {
    Tensor dweight = Tensor::empty(dy.exec(), weight.shape(), weight.dtype());
    kernels::conv2d_backward_weight(dy.exec(), kept->made().view(), dy.view(),
                                    dweight.mutable_view(), {}, params);
    Tensor dh = Tensor::empty(dy.exec(), kept->x.shape(), kept->x.dtype());
    kernels::conv2d_backward_data(dy.exec(), dy.view(), weight.view(), dh.mutable_view(), params);
    return std::pair{dweight, dh};
  };
  if (!kept_->averaged) {
    record("hardswish_norm_conv2d", {weight, x, gamma, beta}, y,
           [kept = kept_, through_convolution](const Tensor& dy) {
             auto [dweight, dh] = through_convolution(dy);
             std::vector<Tensor> gradients = kept->through_norm(std::move(dh), {});
             gradients.insert(gradients.begin(), dweight);
             return gradients;
           });
    return y;
  }
  record("hardswish_norm_conv2d", {weight, gate}, y,
         [kept = kept_, through_convolution](const Tensor& dy) {
           auto [dweight, dh] = through_convolution(dy);
           Tensor dgate = Tensor::empty(dy.exec(), kept->gate.shape(), kept->gate.dtype());
           kernels::hardswish_norm_gate_gradient(dy.exec(), kept->map(), dh.view(),
                                                 dgate.mutable_view());
           kept->dh = std::move(dh);
           return std::vector{dweight, dgate};
         });
  return y;
}

}  // namespace salix
