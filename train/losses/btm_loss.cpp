#include "train/losses/btm_loss.h"

#include "engine/autograd/tape.h"
#include "engine/comm/communicator.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"

namespace salix {
namespace {

// From the mean over this rank's contour pixels to a part of that over all ranks'. The counts
// are constants for the gradient. One pixel stands in where no rank has any: all is zero then.
void share_among(Communicator& ranks, Tensor& loss, Tensor& contour_pixels) {
  const NoGrad no_grad(loss.exec());
  Tensor sum = contour_pixels.clone();
  ranks.sum(sum.mutable_view());
  const Tensor one = Tensor::full(sum.exec(), Shape{}, 1.0, sum.dtype());
  const Tensor per_rank = maximum(sum, one) * (1.0 / ranks.ranks());
  loss = loss * contour_pixels / per_rank;
  contour_pixels = per_rank;
}

}  // namespace

BtmLoss btm_at_size(const Tensor& s, const Tensor& features, const BtmParams& params) {
  Exec& exec = s.exec();
  Tensor loss = Tensor::empty(exec, Shape{}, s.dtype());
  Tensor contour_pixels = Tensor::empty(exec, Shape{}, s.dtype());
  Tensor slope;
  if (wants_grad({s})) slope = Tensor::empty(exec, s.shape(), s.dtype());
  kernels::btm(exec, s.view(), features.view(), loss.mutable_view(), contour_pixels.mutable_view(),
               slope.defined() ? slope.mutable_view() : View{}, params);
  Communicator* const ranks = exec.extension<Ranks>().communicator;
  if (ranks != nullptr) share_among(*ranks, loss, contour_pixels);

  // The forward has already found how each pixel pulls on the sum; here it is only scaled.
  record("btm", {s}, loss, [slope, contour_pixels](const Tensor& dloss) {
    Tensor ds = Tensor::empty(slope.exec(), slope.shape(), slope.dtype());
    kernels::btm_backward(slope.exec(), dloss.view(), contour_pixels.view(), slope.view(),
                          ds.mutable_view());
    return std::vector{ds};
  });
  return {loss, contour_pixels};
}

BtmLoss btm_loss(const Tensor& saliency, const Tensor& priors, const BtmParams& params) {
  SALIX_CHECK(saliency.rank() == 4 && saliency.dim(3) == 1 && priors.rank() == 4 &&
                  priors.shape().with(3, 1) == saliency.shape() && priors.dim(3) % 3 == 0,
              "btm_loss: needs saliency [N,H,W,1] and priors [N,H,W,3K]; got ", saliency.shape(),
              " and ", priors.shape());
  SALIX_CHECK(saliency.dim(1) >= 4 && saliency.dim(2) >= 4,
              "btm_loss: the maps must be 4 x 4 or larger; got ", saliency.shape());
  const ResizeBilinearParams aligned{.align_corners = true};
  const std::int64_t height = saliency.dim(1) / 4, width = saliency.dim(2) / 4;
  return btm_at_size(resize_bilinear(saliency, height, width, aligned),
                     resize_bilinear(priors.detach(), height, width, aligned), params);
}

}  // namespace salix
