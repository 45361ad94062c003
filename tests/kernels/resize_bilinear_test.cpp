#include "layers/functional/resize_bilinear.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "tests/support/golden.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape in;
  std::int64_t height, width;
  bool align_corners;
};

// Sizes: 1, odd, prime, enlarging and shrinking, packed and unpacked channels, one real layer.
const std::vector<Case> kCases{
    {{1, 1, 1, 1}, 3, 2, true},    {{1, 1, 1, 1}, 3, 2, false},    {{2, 4, 5, 3}, 6, 7, true},
    {{2, 4, 5, 3}, 6, 7, false},   {{1, 7, 9, 4}, 5, 5, true},     {{1, 7, 9, 4}, 5, 5, false},
    {{1, 13, 11, 8}, 1, 1, true},  {{1, 13, 11, 8}, 1, 1, false},  {{2, 3, 2, 8}, 31, 17, true},
    {{2, 3, 2, 8}, 31, 17, false}, {{1, 10, 10, 64}, 40, 40, true}};

class ResizeBilinear : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, ResizeBilinear, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(ResizeBilinear, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3, 4}, 1);
  EXPECT_THAT(error_of([&] { resize_bilinear(x, 2, 2); }),
              HasSubstr("resize_bilinear: x must be [N,H,W,C]; got shape [2, 3, 4]"));
  const Tensor map = random_tensor(exec(), {1, 2, 2, 1}, 1);
  EXPECT_THAT(error_of([&] { resize_bilinear(map, 0, 2); }),
              HasSubstr("must be positive; got 0 x 2"));
  Tensor wrong = poisoned(exec(), {1, 4, 4, 2});
  EXPECT_THAT(
      error_of([&] { kernels::resize_bilinear(exec(), map.view(), wrong.mutable_view(), {}); }),
      HasSubstr("the output map must have shape [1, 4, 4, 1]; got [1, 4, 4, 2]"));
}

// The 4x5 block of spec appendix B.8, second output row.
TEST_P(ResizeBilinear, MatchesPrintedValues) {
  std::vector<float> block;
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 5; ++j)
      block.push_back(static_cast<float>((37 * j + 59 * i + 3 * i * j) % 256));
  }
  const Tensor x = from(exec(), block, {1, 4, 5, 1});
  const auto second_row = [&](bool align_corners) {
    const std::vector<double> y = resize_bilinear(x, 6, 7, {align_corners}).to_vector<double>();
    return std::vector<double>(y.begin() + 7, y.begin() + 14);
  };
  EXPECT_THAT(second_row(true),
              ::testing::Pointwise(::testing::DoubleNear(1e-4),
                                   {35.4, 61.26667, 87.13333, 113.0, 138.86667, 164.73333, 190.6}));
  EXPECT_THAT(second_row(false),
              ::testing::Pointwise(::testing::DoubleNear(1e-4),
                                   {29.5, 51.5, 79.0, 106.5, 134.0, 161.5, 183.5}));
}

// The op is linear, so its backward is right exactly when <A x, dy> equals <x, A^T dy>.
// That needs no step size, unlike finite differences.
TEST_P(ResizeBilinear, BackwardIsTheAdjointOfForward) {
  for (const Case& c : kCases) {
    const Shape out{c.in.dim(0), c.height, c.width, c.in.dim(3)};
    const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), out, 2);
    Tensor y = poisoned(exec(), out), dx = poisoned(exec(), c.in);
    kernels::resize_bilinear(exec(), x.view(), y.mutable_view(), {c.align_corners});
    kernels::resize_bilinear_backward(exec(), dy.view(), dx.mutable_view(), {c.align_corners});
    const Tolerance allowed =
        tolerance::reduction(y.numel(), absolute_dot(y, dy) + absolute_dot(x, dx));
    EXPECT_NEAR(dot(y, dy), dot(x, dx), allowed.absolute + 1e-7) << c.in << " to " << out;
  }
}

TEST_P(ResizeBilinear, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const bool align_corners : {false, true}) {
    const auto resize = [&](const std::vector<Tensor>& in) {
      return resize_bilinear(in[0], 7, 3, {align_corners});
    };
    EXPECT_EQ(gradcheck(resize, {random_leaf(exec(), {2, 4, 5, 2}, 1)}), "");
  }
}

TEST_P(ResizeBilinear, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Tolerance allowed =
        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16;
    for (const Case& c : kCases) {
      const Tensor x = random_tensor(exec(), c.in, 1, dtype);
      const Tensor y = resize_bilinear(x, c.height, c.width, {c.align_corners});
      const Tensor expected =
          resize_bilinear(x.to(reference()), c.height, c.width, {c.align_corners});
      EXPECT_TRUE(close(y, expected, allowed)) << c.in << " " << dtype;
    }
  }
}

TEST_P(ResizeBilinear, RepeatsToTheBitAndStaysInItsBuffers) {
  const Case& c = kCases[8];
  const Shape out{c.in.dim(0), c.height, c.width, c.in.dim(3)};
  const Tensor x = random_tensor(exec(), c.in, 1), dy = random_tensor(exec(), out, 2);
  const auto run = [&] {
    Guarded y(exec(), out), dx(exec(), c.in);
    kernels::resize_bilinear(exec(), x.view(), y.view(), {c.align_corners});
    kernels::resize_bilinear_backward(exec(), dy.view(), dx.view(), {c.align_corners});
    EXPECT_TRUE(y.intact() && dx.intact());
    return std::pair{y.tensor(), dx.tensor()};
  };
  const auto [y1, dx1] = run();
  const auto [y2, dx2] = run();
  EXPECT_TRUE(same_bits(y1, y2));
  EXPECT_TRUE(same_bits(dx1, dx2));
}

}  // namespace
}  // namespace salix::testing
