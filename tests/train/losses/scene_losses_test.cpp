// DHFR's losses of whole maps (structure consistency, smoothness, contour) and local saliency
// coherence: printed values (DHFR, appendix A.3), definitions, gradients, refusals.
#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/unary.h"
#include "tests/support/dhfr_fill.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "train/losses/local_coherence_loss.h"
#include "train/losses/pixel_losses.h"
#include "train/losses/smoothness_loss.h"
#include "train/losses/structure_consistency_loss.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class SceneLosses : public OpTest {
 protected:
  DType dtype() const { return has_float64() ? DType::kFloat64 : DType::kFloat32; }
  Tensor map(const char* name) { return dhfr_small_map(exec(), name, dtype()); }
  static Tensor leaf(const Tensor& probabilities) {
    Tensor logits = logits_of(probabilities);
    logits.set_requires_grad(true);
    return logits;
  }
  // Printed with six decimals, and gradients with seven.
  static void expect(const Tensor& loss, double value) { EXPECT_NEAR(loss.item(), value, 2e-6); }
  static void expect_norm(const Tensor& logits, const Tensor& probabilities, double norm) {
    EXPECT_NEAR(norm_by_probabilities(logits.grad(), probabilities), norm, 2e-5 * norm);
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, SceneLosses, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(SceneLosses, StructureConsistencyAsPrinted) {
  const Tensor p = map("div1"), r = map("div1_aug");
  const Tensor x = leaf(p), y = leaf(r);
  const Tensor loss = structure_consistency_loss(y, x);
  expect(loss, 0.453462);
  backward(loss);
  expect_norm(x, p, 0.0206934);
  expect_norm(y, r, 0.0209703);
}

TEST_P(SceneLosses, SmoothnessAsPrinted) {
  const Tensor p = map("div1"), x = leaf(p);
  const SmoothnessLoss smoothness(exec(), dtype());
  const Tensor loss = smoothness(x, dhfr_small_image(exec(), dtype())) * 0.3;
  expect(loss, 0.623640);
  backward(loss);
  expect_norm(x, p, 0.0672112);
}

TEST_P(SceneLosses, ContourAsPrinted) {
  const Tensor p = map("contour_div1"), x = leaf(p);
  const Tensor loss = bce_loss(x, dhfr_small_contours(exec(), dtype()));
  expect(loss, 0.970070);
  backward(loss);
  expect_norm(x, p, 0.1528566);
}

// By the definition: 4 x 4 pixels of a quarter of the size, one of them salient.
TEST_P(SceneLosses, LocalCoherenceByItsDefinition) {
  constexpr int kSmall = 4, kLarge = 16;
  std::vector<float> logits(kLarge * kLarge, -40);
  std::vector<float> image;
  // With aligned corners, small pixel k is the large one's 5 k.
  logits[5 * kLarge + 10] = 40;
  for (int i = 0; i < kLarge * kLarge; ++i) {
    const float grey = i % kLarge >= 8 ? 0.1f : 0.0f;
    image.insert(image.end(), {grey, grey, grey});
  }
  const auto weight = [](int y, int x, int v, int u, bool inside) {
    const double dy = inside ? v - y : y, dx = inside ? u - x : x;
    const double own = x >= 2 ? 0.1 : 0, other = inside && u >= 2 ? 0.1 : 0;
    return std::exp(-(dy * dy + dx * dx) / 72 - 3 * (own - other) * (own - other) / 0.02);
  };
  double sum = 0;
  for (int y = 0; y < kSmall; ++y)
    for (int x = 0; x < kSmall; ++x)
      for (int v = y - 5; v <= y + 5; ++v)
        for (int u = x - 5; u <= x + 5; ++u) {
          const bool inside = v >= 0 && v < kSmall && u >= 0 && u < kSmall;
          const double own = y == 1 && x == 2, other = inside && v == 1 && u == 2;
          sum += weight(y, x, v, u, inside) * std::abs(own - other);
        }
  const Tensor loss = local_coherence_loss(from(exec(), logits, {1, kLarge, kLarge, 1}),
                                           from(exec(), image, {1, kLarge, kLarge, 3}));
  EXPECT_NEAR(loss.item(), sum / (kSmall * kSmall), 2e-5);
}

TEST_P(SceneLosses, PassGradcheckAndRepeat) {
  const Tensor x = random_tensor(exec(), {2, 8, 9, 1}, 1),
               y = random_tensor(exec(), {2, 8, 9, 1}, 2);
  const Tensor image = random_tensor(exec(), {2, 8, 9, 3}, 3);
  const SmoothnessLoss smoothness(exec());
  EXPECT_TRUE(same_bits(structure_consistency_loss(x, y), structure_consistency_loss(x, y)));
  EXPECT_TRUE(same_bits(smoothness(x, image), smoothness(x, image)));
  EXPECT_TRUE(same_bits(local_coherence_loss(x, image), local_coherence_loss(x, image)));
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor wide = image.to(DType::kFloat64);
  const std::vector<Tensor> maps{random_leaf(exec(), {2, 8, 9, 1}, 1),
                                 random_leaf(exec(), {2, 8, 9, 1}, 2)};
  EXPECT_EQ(
      gradcheck([](const auto& in) { return structure_consistency_loss(in[0], in[1]); }, maps), "");
  const SmoothnessLoss exact(exec(), DType::kFloat64);
  EXPECT_EQ(gradcheck([&](const auto& in) { return exact(in[0], wide); }, {maps[0]}), "");
  EXPECT_EQ(gradcheck([&](const auto& in) { return local_coherence_loss(in[0], wide); }, {maps[0]}),
            "");
}

TEST_P(SceneLosses, RefuseBadRequests) {
  const SmoothnessLoss smoothness(exec());
  const Tensor map = Tensor::zeros(exec(), {1, 4, 4, 1}),
               small = Tensor::zeros(exec(), {1, 2, 2, 1});
  EXPECT_THAT(error_of([&] { structure_consistency_loss(map, small); }),
              HasSubstr("both maps must have one shape and type; got [1, 4, 4, 1] float32 and "
                        "[1, 2, 2, 1] float32"));
  EXPECT_THAT(error_of([&] { smoothness(map, map); }),
              HasSubstr("needs logits [N,H,W,1] and an image [N,H,W,3]"));
  EXPECT_THAT(error_of([&] {
                local_coherence_loss(small, Tensor::zeros(exec(), {1, 2, 2, 3}));
              }),
              HasSubstr("4 x 4 or larger; got [1, 2, 2, 1]"));
}

}  // namespace
}  // namespace salix::testing
