#include "train/losses/ssim_loss.h"

#include <cmath>
#include <vector>

#include "layers/functional/autocast.h"
#include "layers/functional/binary.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/reduce.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

constexpr int kWindow = 11;

// The window is a product of two one-dimensional ones: 22 multiplications per pixel, not 121.
class GaussianBlur {
 public:
  explicit GaussianBlur(const Tensor& like) : channels_(like.dim(3)) {
    constexpr double kDeviation = 1.5;
    std::vector<double> line;
    double total = 0;
    for (int i = 0; i < kWindow; ++i) {
      line.push_back(std::exp(-std::pow(i - kWindow / 2, 2) / (2 * kDeviation * kDeviation)));
      total += line.back();
    }
    std::vector<double> weights;
    for (std::int64_t c = 0; c < channels_; ++c) {
      for (const double value : line) weights.push_back(value / total);
    }
    const Shape shape{channels_, kWindow, 1, 1};
    if (like.dtype() == DType::kFloat64) {
      down_ = Tensor::from_host(like.exec(), weights, shape);
    } else {  // float64 exists on the cpu only: rounded on the host
      const std::vector<float> rounded(weights.begin(), weights.end());
      down_ = Tensor::from_host(like.exec(), rounded, shape).to(like.dtype());
    }
    across_ = down_.reshape({channels_, 1, kWindow, 1});
  }

  Tensor operator()(const Tensor& map) const {
    const int groups = static_cast<int>(channels_), margin = kWindow / 2;
    const Tensor columns = conv2d(map, down_, {}, {.padding = {margin, 0}, .groups = groups});
    return conv2d(columns, across_, {}, {.padding = {0, margin}, .groups = groups});
  }

 private:
  std::int64_t channels_;
  Tensor down_, across_;
};

}  // namespace

Tensor ssim_loss(const Tensor& logits, const Tensor& target) {
  constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  const Autocast off(logits.exec(), false);  // variances are differences of close numbers
  const Tensor q = sigmoid(logits), t = target.detach();
  const GaussianBlur blur(q);
  const Tensor mean_q = blur(q), mean_t = blur(t);
  const Tensor q_q = square(mean_q), t_t = square(mean_t), q_t = mean_q * mean_t;
  const Tensor variance_q = blur(square(q)) - q_q, variance_t = blur(square(t)) - t_t;
  const Tensor covariance = blur(q * t) - q_t;
  const Tensor similarity = (q_t * 2.0 + c1) * (covariance * 2.0 + c2) /
                            ((q_q + t_t + c1) * (variance_q + variance_t + c2));
  return 1.0 - mean(similarity);
}

}  // namespace salix
