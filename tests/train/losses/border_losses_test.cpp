// The structure loss and the boundary Dice loss: printed values (SALOD, appendix A.3), and
// gradients by differences.
#include <gmock/gmock.h>

#include <limits>

#include "engine/autograd/gradcheck.h"
#include "layers/functional/binary.h"
#include "tests/support/targets.h"
#include "tests/train/losses/printed_loss.h"
#include "train/losses/boundary_dice_loss.h"
#include "train/losses/iou_loss.h"
#include "train/losses/structure_loss.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class BorderLosses : public OpTest {
 protected:
  void expect(const PrintedLoss& printed,
              const std::function<Tensor(const Tensor&, const Tensor&)>& loss) {
    expect_printed_loss(exec(), has_float64(), printed, loss);
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, BorderLosses, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(BorderLosses, PrintedValuesAndGradients) {
  expect({0.5827821293, 0.08745296538, 0.001964247465},
         [](const Tensor& l, const Tensor& t) { return iou_loss(l, t, kSmoothIou); });
  expect({0.9023777511, 0.2473991253, 0.005251563265},
         [](const Tensor& l, const Tensor& t) { return structure_loss(l, t); });
  expect({0.6261962462, 0.3815030443, 0.03975045654},
         [](const Tensor& l, const Tensor& t) { return boundary_dice_loss(l, t, 1); });
}

// By hand. An empty target: A = 0, w = 1 everywhere, Q = 1/2, so bce = ln 2 with weights or
// without, and the IoU is (0 + 1) / (8 + 1) with 16 pixels.
TEST_P(BorderLosses, StructureOfAnEmptyTarget) {
  const Tensor map = Tensor::zeros(exec(), {1, 4, 4, 1});
  for (const bool weighted : {false, true}) {
    EXPECT_NEAR(structure_loss(map, map, {.weighted_bce = weighted}).item(),
                0.69314718 + 1 - 1.0 / 9, 1e-6);
  }
}

// By hand. T = (1, 0): A = 1/961 at both, so the weights are 6 - 5/961 and 1 + 5/961; and the two
// pixels cost softplus(-1) and softplus(2).
TEST_P(BorderLosses, WeightedStructureCountsTheBorder) {
  const Tensor logits = from(exec(), {1, 2}, {1, 1, 2, 1}),
               target = from(exec(), {1, 0}, {1, 1, 2, 1});
  const double w[] = {6 - 5.0 / 961, 1 + 5.0 / 961}, bce[] = {0.31326169, 2.12692801};
  const double q[] = {0.73105858, 0.88079708}, common = w[0] * q[0];
  const double iou = (common + 1) / (w[0] * (q[0] + 1) + w[1] * q[1] - common + 1);
  EXPECT_NEAR(structure_loss(logits, target).item(), (bce[0] + bce[1]) / 2 + 1 - iou, 1e-5);
  EXPECT_NEAR(structure_loss(logits, target, {.weighted_bce = true}).item(),
              (w[0] * bce[0] + w[1] * bce[1]) / (w[0] + w[1]) + 1 - iou, 1e-5);
}

// 13, 11, ..., 1 pixels: a far rim meets a spread one, and no longer when it is thin.
TEST_P(BorderLosses, BoundariesGrowThinnerByTheEpoch) {
  const LossScene s = loss_scene(exec(), DType::kFloat32);
  const auto loss = [&](int epoch) {
    return boundary_dice_loss(s.logits1, s.target, epoch).item();
  };
  EXPECT_EQ(loss(1), loss(8));
  EXPECT_LT(loss(8), loss(9));
  EXPECT_LT(loss(9), loss(19));
  EXPECT_LT(loss(49), loss(59));
  EXPECT_EQ(loss(59), loss(1000));
}

TEST_P(BorderLosses, PassGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor target = random_tensor(exec(), {2, 6, 5, 1}, 2, 0, 1, DType::kFloat64);
  const std::function<Tensor(const Tensor&)> losses[] = {
      [&](const Tensor& l) { return structure_loss(l, target); },
      [&](const Tensor& l) { return structure_loss(l, target, {.weighted_bce = true}); },
      [&](const Tensor& l) { return boundary_dice_loss(l, target, 1); },
      [&](const Tensor& l) { return boundary_dice_loss(l, target, 45); }};
  for (const auto& loss : losses) {
    const auto of_inputs = [&](const std::vector<Tensor>& in) { return loss(in[0]); };
    EXPECT_EQ(gradcheck(of_inputs, {random_leaf(exec(), {2, 6, 5, 1}, 1)}), "");
  }
}

TEST_P(BorderLosses, Repeat) {
  const auto gradient = [&](bool structure) {
    LossScene s = loss_scene(exec(), DType::kFloat32);
    s.logits1.set_requires_grad(true);
    backward(structure ? structure_loss(s.logits1, s.target, {.weighted_bce = true})
                       : boundary_dice_loss(s.logits1, s.target, 20));
    return s.logits1.grad();
  };
  for (const bool structure : {false, true}) {
    EXPECT_TRUE(same_bits(gradient(structure), gradient(structure)));
  }
}

TEST_P(BorderLosses, RefuseBadRequests) {
  const Tensor map = Tensor::zeros(exec(), {1, 4, 4, 1}), flat = Tensor::zeros(exec(), {4, 4});
  EXPECT_THAT(error_of([&] { structure_loss(map, flat); }),
              HasSubstr("structure_loss: logits and target must have one shape [N,H,W,C]; got "
                        "[1, 4, 4, 1] and [4, 4]"));
  EXPECT_THAT(error_of([&] { boundary_dice_loss(flat, flat, 1); }),
              HasSubstr("boundary_dice_loss: logits and target must have one shape [N,H,W,C]"));
  EXPECT_THAT(error_of([&] { boundary_dice_loss(map, map, 0); }),
              HasSubstr("boundary_dice_loss: epochs count from 1; got 0"));
}

}  // namespace
}  // namespace salix::testing
