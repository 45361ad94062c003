#include "kernels/btm/btm.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "layers/functional/resize_bilinear.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using kernels::BtmParams;
using ::testing::HasSubstr;

// One pixel; narrower than a window; one above and one below a block of the implementations
// (8 pixels, 16 rows, tiles of 32x4); several bands; the map of a 320x320 image.
const std::vector<Shape> kShapes{{1, 1, 1, 1},   {2, 3, 2, 1},   {1, 16, 8, 1}, {1, 17, 9, 1},
                                 {2, 15, 31, 1}, {1, 53, 33, 1}, {1, 80, 80, 1}};
// A slope is a sum of at most 242 weights of at most 1.
const Tolerance kSlope = tolerance::accurate_sum(242);

struct Case {
  Tensor saliency, features;
};
// A smooth map with contours, and features near enough to each other for weights of all sizes.
Case make_case(Exec& exec, const Shape& shape, int modalities = 1, DType dtype = DType::kFloat32) {
  const Tensor coarse = random_tensor(exec, {shape.dim(0), 4, 4, 1}, 1, 0, 1, dtype);
  return {resize_bilinear(coarse, shape.dim(1), shape.dim(2)),
          random_tensor(exec, shape.with(3, 3 * modalities), 2, -0.08, 0.08, dtype)};
}

struct Result {
  Tensor loss, contour_pixels, slope;
};
Result run(const Case& in, const BtmParams& params = {}, bool with_slope = true) {
  Exec& exec = in.saliency.exec();
  const DType dtype = in.saliency.dtype();
  Result out{poisoned(exec, {1}, dtype), poisoned(exec, {1}, dtype),
             poisoned(exec, in.saliency.shape(), dtype)};
  kernels::btm(exec, in.saliency.view(), in.features.view(), out.loss.mutable_view(),
               out.contour_pixels.mutable_view(), with_slope ? out.slope.mutable_view() : View{},
               params);
  return out;
}
Tensor gradient(const Result& forward, double dloss) {
  Exec& exec = forward.loss.exec();
  const Tensor dy = Tensor::full(exec, {1}, dloss, forward.loss.dtype());
  Tensor ds = poisoned(exec, forward.slope.shape(), forward.loss.dtype());
  kernels::btm_backward(exec, dy.view(), forward.contour_pixels.view(), forward.slope.view(),
                        ds.mutable_view());
  return ds;
}

class Btm : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Btm, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Btm, RefusesBadRequests) {
  const Case good = make_case(exec(), {1, 8, 8, 1});
  const Tensor four = Tensor::zeros(exec(), {1, 8, 8, 4});
  EXPECT_THAT(error_of([&] {
                run({good.saliency, four});
              }),
              HasSubstr("btm: needs a saliency [N,h,w,1] and features [N,h,w,3K] of positive "
                        "sizes; got [1, 8, 8, 1] and [1, 8, 8, 4]"));
  EXPECT_THAT(error_of([&] {
                run({good.saliency.reshape({8, 8}), four});
              }),
              HasSubstr("btm: the saliency must have 4 axes"));
  EXPECT_THAT(error_of([&] {
                run({good.saliency.to(DType::kBFloat16), good.features});
              }),
              HasSubstr("btm: the saliency and the features must have one dtype"));
  EXPECT_THAT(error_of([&] {
                run({good.saliency.to(DType::kBFloat16), good.features.to(DType::kBFloat16)});
              }),
              HasSubstr("btm: needs float32"));
  if (has_float64()) return;  // the CPU has no such limit
  EXPECT_THAT(error_of([&] {
                run(make_case(exec(), {1, 8, 8, 1}, 24));
              }),
              HasSubstr("at most 68 feature channels"));
}

// By hand: one row of 4, salient on the right, in one colour: all weights inside are 1 and the
// whole row is contour. Outside the map the feature is 0, e^(-200 * 3 * 0.05^2) away.
TEST_P(Btm, MatchesAHandComputedRow) {
  const Tensor s = from(exec(), {0.1f, 0.2f, 0.7f, 1.0f}, {1, 1, 4, 1});
  const Tensor features = Tensor::full(exec(), {1, 1, 4, 3}, 0.05);
  const Result found = run({s, features});
  // |s_j - s_i| over ordered pairs inside: 2 (0.1 + 0.6 + 0.9 + 0.5 + 0.8 + 0.3) = 6.4; each
  // pixel has 121 - 4 neighbours outside, |0 - s_i| away.
  const double outside = std::exp(-200 * 3 * 0.05 * 0.05) * 117;
  EXPECT_EQ(found.contour_pixels.item(), 4);
  EXPECT_NEAR(found.loss.item(), (6.4 + 2.0 * outside) / 4, 1e-4);
  const double slope[] = {-6 + outside, -2 + outside, 2 + outside, 6 + outside};
  EXPECT_TRUE(close(found.slope, std::vector<double>(slope, slope + 4), kSlope));
  EXPECT_TRUE(close(gradient(found, 2),
                    {2 * slope[0] / 4, 2 * slope[1] / 4, 2 * slope[2] / 4, 2 * slope[3] / 4},
                    kSlope));
}

TEST_P(Btm, AgreesWithPytorch) {
  const Case in{golden_nhwc(exec(), "btm/saliency.npy"), golden_nhwc(exec(), "btm/features.npy")};
  const std::vector<double> values = golden(exec(), "btm/values.npy").to_vector<double>();
  const Result all = run(in), rgb = run(in, {.only_rgb = true});
  EXPECT_NEAR(all.loss.item(), values[0], 2e-5);
  EXPECT_NEAR(rgb.loss.item(), values[1], 5e-5);
  EXPECT_EQ(all.contour_pixels.item(), values[2]);
  EXPECT_TRUE(close(gradient(all, 1), golden_nhwc(exec(), "btm/ds.npy"), tolerance::elementwise));
  EXPECT_TRUE(
      close(gradient(rgb, 1), golden_nhwc(exec(), "btm/ds_rgb.npy"), tolerance::elementwise));
}

TEST_P(Btm, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  Case in = make_case(exec(), {2, 9, 7, 1}, 2, DType::kFloat64);
  Tensor leaf = in.saliency.clone();
  leaf.set_requires_grad(true);
  const auto loss = [&](const std::vector<Tensor>& inputs) {
    const Result forward = run({inputs[0], in.features});
    Tensor y = forward.loss;
    record("btm", {inputs[0]}, y,
           [forward](const Tensor& dy) { return std::vector{gradient(forward, dy.item())}; });
    return y;
  };
  EXPECT_GT(run(in).contour_pixels.item(), 20);
  EXPECT_EQ(gradcheck(loss, {leaf}), "");
}

TEST_P(Btm, AgreesWithTheReference) {
  for (const Shape& shape : kShapes) {
    for (const int modalities : {1, 2, 4}) {
      for (const bool only_rgb : {false, true}) {
        const Case in = make_case(exec(), shape, modalities);
        const BtmParams params{.alpha = 150, .only_rgb = only_rgb};
        const Result found = run(in, params);
        const Result expected =
            run({in.saliency.to(reference()), in.features.to(reference())}, params);
        EXPECT_TRUE(same_bits(found.contour_pixels, expected.contour_pixels)) << shape;
        EXPECT_TRUE(close(found.loss, expected.loss, tolerance::elementwise)) << shape;
        EXPECT_TRUE(close(found.slope, expected.slope, kSlope)) << shape << modalities;
      }
    }
  }
}

TEST_P(Btm, NoContourGivesZeroAndZeroGradient) {
  for (const double level : {0.2, 0.5, 0.9}) {
    const Case in{Tensor::full(exec(), {2, 19, 11, 1}, level),
                  make_case(exec(), {2, 19, 11, 1}).features};
    const Result found = run(in);
    EXPECT_EQ(found.loss.item(), 0);
    EXPECT_EQ(found.contour_pixels.item(), 0);
    EXPECT_TRUE(same_bits(gradient(found, 3), Tensor::zeros(exec(), {2, 19, 11, 1})));
  }
}

// What is far from the contour has no influence, not even as NaN.
TEST_P(Btm, PixelsOutOfReachDoNotMatter) {
  std::vector<float> saliency(40 * 40), features(40 * 40 * 3, 0.0f);
  for (std::size_t i = 0; i < saliency.size(); ++i) saliency[i] = i % 40 < 10 ? 0.9f : 0.1f;
  for (std::size_t i = 0; i < saliency.size(); ++i) {
    // The contour spans columns 8..11; its neighbours reach column 16.
    if (i % 40 > 16) features[3 * i] = std::nanf("");
  }
  const Result found =
      run({from(exec(), saliency, {1, 40, 40, 1}), from(exec(), features, {1, 40, 40, 3})});
  EXPECT_EQ(found.contour_pixels.item(), 4 * 40);
  EXPECT_FALSE(std::isnan(found.loss.item()));
  EXPECT_FALSE(std::isnan(dot(found.slope, found.slope)));
}

TEST_P(Btm, StaysInItsBuffersAndRepeats) {
  for (const Shape& shape : kShapes) {
    const Case in = make_case(exec(), shape, 2);
    Guarded loss(exec(), {1}), pixels(exec(), {1}), slope(exec(), shape), ds(exec(), shape);
    kernels::btm(exec(), in.saliency.view(), in.features.view(), loss.view(), pixels.view(),
                 slope.view(), {});
    kernels::btm_backward(exec(), loss.view(), pixels.view(), slope.view(), ds.view());
    EXPECT_TRUE(loss.intact() && pixels.intact() && slope.intact() && ds.intact()) << shape;
    const Result again = run(in), without = run(in, {}, /*with_slope=*/false);
    EXPECT_TRUE(same_bits(again.loss, loss.tensor())) << shape;
    EXPECT_TRUE(same_bits(again.slope, slope.tensor())) << shape;
    EXPECT_TRUE(same_bits(without.loss, loss.tensor())) << shape;
  }
}

TEST(BtmThreads, DoNotChangeTheResult) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Result found = run(make_case(exec, {3, 53, 33, 1}, 2));
    return std::vector{found.loss, found.slope, gradient(found, 1)};
  }));
}

}  // namespace
}  // namespace salix::testing
