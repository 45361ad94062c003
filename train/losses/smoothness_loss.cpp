#include "train/losses/smoothness_loss.h"

#include <array>
#include <vector>

#include "data/image/normalize.h"
#include "engine/autograd/tape.h"
#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

constexpr double kImageWeight = 10, kEpsilon = 0.001;
constexpr std::array<double, 3> kLuma{0.299, 0.587, 0.114};

// float64 exists on the cpu only: rounded on the host.
Tensor constant(Exec& exec, const std::vector<double>& values, const Shape& shape, DType dtype) {
  if (dtype == DType::kFloat64) return Tensor::from_host(exec, values, shape);
  return Tensor::from_host(exec, std::vector<float>(values.begin(), values.end()), shape).to(dtype);
}

std::vector<double> luma_of_normalised() {
  std::vector<double> weights;
  for (std::size_t c = 0; c < 3; ++c) weights.push_back(kLuma[c] * data::kImageNetDeviation[c]);
  return weights;
}
double luma_of_mean() {
  double shift = 0;
  for (std::size_t c = 0; c < 3; ++c) shift += kLuma[c] * data::kImageNetMean[c];
  return shift;
}

}  // namespace

SmoothnessLoss::SmoothnessLoss(Exec& exec, DType dtype)
    : filters_(constant(exec, {-1, 0,  1,  -2, 0, 2,  -1, 0,  1,  //
                               -1, -2, -1, 0,  0, 0,  1,  2,  1,  //
                               -1, -1, -1, -1, 8, -1, -1, -1, -1},
                        {3, 3, 3, 1}, dtype)),
      luma_(constant(exec, luma_of_normalised(), {1, 1, 1, 3}, dtype)),
      weights_(constant(exec, {10, 10, 1}, {3}, dtype)) {}

Tensor SmoothnessLoss::operator()(const Tensor& logits, const Tensor& image) const {
  SALIX_CHECK(logits.rank() == 4 && logits.dim(3) == 1 && image.rank() == 4 && image.dim(3) == 3 &&
                  image.shape().with(3, 1) == logits.shape(),
              "smoothness_loss: needs logits [N,H,W,1] and an image [N,H,W,3]; got ",
              logits.shape(), " and ", image.shape());
  const Autocast off(logits.exec(), false);
  // |f * map| for the three filters, [N,H,W,3].
  const auto magnitudes = [this](const Tensor& map) {
    return abs(conv2d(map, filters_, {}, {.padding = {1, 1}}));
  };
  Tensor allowed;
  {
    const NoGrad no_grad(logits.exec());
    allowed = exp(magnitudes(conv2d(image, luma_) + luma_of_mean()) * -kImageWeight);
  }
  const Tensor changes = magnitudes(sigmoid(logits)) * allowed;
  const Tensor terms = mean(sqrt(square(changes) + kEpsilon * kEpsilon), {0, 1, 2});
  return sum(terms * weights_);
}

}  // namespace salix
