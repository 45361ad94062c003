#include "train/losses/pr_loss.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "layers/functional/unary.h"
#include "tests/support/loss_scene.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// Bin by bin, as it is written down, in the type of the maps.
template <typename Real>
double plain_pr(const Tensor& map, const Tensor& target) {
  const std::vector<Real> q = sigmoid(map).to_vector<Real>(), t = target.to_vector<Real>();
  double precision = 0, recall = 0, foreground = 1e-20;
  for (const Real value : t) foreground += value;
  for (int i = 0; i < 254; ++i) {
    double count = 1e-20, common = 0;
    for (std::size_t k = 0; k < q.size(); ++k) {
      if (Real(i) / Real(254) <= q[k] && q[k] < Real(i + 1) / Real(254)) count += 1, common += t[k];
    }
    precision += common / count;
    recall += common / foreground;
  }
  return (1 - precision / 255) + (1 - recall / 255);
}

class PrLoss : public OpTest {
 protected:
  DType dtype() const { return has_float64() ? DType::kFloat64 : DType::kFloat32; }
  double plain(const Tensor& map, const Tensor& target) const {
    return has_float64() ? plain_pr<double>(map, target) : plain_pr<float>(map, target);
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, PrLoss, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(PrLoss, PrintedValueWithoutGradient) {
  LossScene s = loss_scene(exec(), dtype());
  s.logits1.set_requires_grad(true);
  const Tensor loss = pr_loss(s.logits1, s.target);
  EXPECT_NEAR(loss.item(), 1.796783602, has_float64() ? 1e-9 : 1e-4);  // a pixel at a level
  EXPECT_FALSE(loss.requires_grad());
}

TEST_P(PrLoss, AgreesWithTheDefinition) {
  const Tensor logits = random_tensor(exec(), {3, 31, 17, 1}, 1, -6, 6, dtype());
  const Tensor target = random_tensor(exec(), {3, 31, 17, 1}, 2, 0, 1, dtype());
  EXPECT_NEAR(pr_loss(logits, target).item(), plain(logits, target), 1e-5);
  EXPECT_TRUE(same_bits(pr_loss(logits, target), pr_loss(logits, target)));
}

// Pixels at all levels and the next numbers around them: 254 Q is rounded, the bins are not. They
// weigh alike, so a pixel in a wrong bin changes precision by a part of one in 255.
TEST_P(PrLoss, BinsAreExactAtTheirLevels) {
  for (const DType type : {DType::kFloat32, dtype()}) {
    std::vector<double> logits, target;
    for (int i = 1; i < 254; ++i) {
      for (int k = -8; k <= 8; ++k) {
        logits.push_back(std::log(i / (254.0 - i)) + k * (type == DType::kFloat32 ? 3e-8 : 5e-17));
        target.push_back(static_cast<double>((7 * i + 3 * (k + 8)) % 11) / 16);
      }
    }
    Exec host;
    const Shape shape{static_cast<std::int64_t>(logits.size())};
    const Tensor x = Tensor::from_host(host, logits, shape).to(type).to(exec());
    const Tensor t = Tensor::from_host(host, target, shape).to(type).to(exec());
    const double expected =
        type == DType::kFloat32 ? plain_pr<float>(x, t) : plain_pr<double>(x, t);
    EXPECT_NEAR(pr_loss(x, t).item(), expected, type == DType::kFloat32 ? 2e-6 : 1e-12);
  }
}

// Logit 0 lies on level 127 and belongs to the bin that begins there; certain pixels of float32
// have Q = 1, which is in no bin; and what is not a number counts as 0.
TEST_P(PrLoss, LevelsBelongToTheBinAboveThem) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto loss = [&](std::vector<float> logits, std::vector<float> target) {
    const auto n = static_cast<std::int64_t>(logits.size());
    return pr_loss(from(exec(), logits, {n}), from(exec(), target, {n})).item();
  };
  EXPECT_NEAR(loss({0, 0, 0.01f}, {1, 0, 1}), 2 - 1.0 / 255 * (2.0 / 3 + 1), 1e-6);
  EXPECT_NEAR(loss({100, 0}, {1, 1}), 2 - 1.0 / 255 * (1 + 0.5), 1e-6);
  EXPECT_NEAR(loss({nan, -100}, {1, 0}), 2 - 1.0 / 255 * (0.5 + 1), 1e-6);
  EXPECT_NEAR(loss({3, -2}, {0, 0}), 2, 1e-6);
}

TEST_P(PrLoss, RefusesBadRequests) {
  const Tensor map = Tensor::zeros(exec(), {1, 4, 4, 1});
  EXPECT_THAT(error_of([&] {
                pr_loss(map, Tensor::zeros(exec(), {4, 4}));
              }),
              HasSubstr("pr_loss: logits and target must have one shape, not empty; got "
                        "[1, 4, 4, 1] and [4, 4]"));
}

}  // namespace
}  // namespace salix::testing
