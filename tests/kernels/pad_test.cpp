#include "layers/functional/pad.h"

#include <gmock/gmock.h>

#include <limits>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/pad/pad.h"
#include "tests/support/coordinates.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape in;
  std::vector<std::int64_t> before, after;

  Shape out() const {
    Shape shape = in;
    for (int axis = 0; axis < in.rank(); ++axis) {
      const auto at = static_cast<std::size_t>(axis);
      shape = shape.with(axis, before[at] + in[axis] + after[at]);
    }
    return shape;
  }
};

// Every axis, one side or both, aligned to 16 bytes and not, no margin, nothing but margin,
// and a Swin map padded to whole windows.
const std::vector<Case> kCases{{{5}, {2}, {1}},
                               {{4, 6}, {0, 0}, {0, 0}},
                               {{3, 4, 5}, {1, 0, 0}, {0, 0, 0}},
                               {{3, 4, 5}, {0, 2, 1}, {1, 0, 3}},
                               {{2, 3, 4, 8}, {0, 1, 2, 8}, {0, 2, 1, 4}},
                               {{2, 3, 4, 5}, {0, 1, 1, 0}, {0, 1, 1, 0}},
                               {{1, 2, 1, 2, 2, 3}, {1, 0, 2, 0, 1, 1}, {0, 1, 0, 1, 0, 2}},
                               {{0, 3}, {2, 1}, {0, 0}},
                               {{1, 25, 25, 96}, {0, 0, 0, 0}, {0, 3, 3, 0}}};

class Pad : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Pad, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Pad, RefusesBadRequests) {
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  EXPECT_THAT(error_of([&] {
                pad(x, {0, -1}, {0, 0});
              }),
              HasSubstr("pad: must not be negative; got -1 and 0 for axis 1"));
  EXPECT_THAT(error_of([&] { pad(x, {0}, {0}); }),
              HasSubstr("needs one number per axis of [2, 3] before and after; got 1 and 1"));
  Tensor y = poisoned(exec(), {2, 3});
  const std::vector<std::int64_t> before{0, 1};
  EXPECT_THAT(error_of([&] { kernels::pad(exec(), x.view(), y.mutable_view(), before, 0.0); }),
              HasSubstr("pad: axis 1 of x must fit into 3; got 1 .. 4"));
}

TEST_P(Pad, SurroundsEveryDType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kInt32,
                            DType::kInt64, DType::kUInt8}) {
    for (const Case& c : kCases) {
      const Tensor x = random_tensor(exec(), c.in, 1, -100, 100, dtype);
      const auto source = [&](Coordinates at) {
        for (std::size_t axis = 0; axis < at.size(); ++axis) {
          at[axis] -= c.before[axis];
          if (at[axis] < 0 || at[axis] >= c.in[static_cast<int>(axis)]) return Coordinates{};
        }
        return at;
      };
      EXPECT_TRUE(close(pad(x, c.before, c.after, 7.0),
                        moved(x.to_vector<double>(), c.in, c.out(), source, 7.0), tolerance::exact))
          << c.in << " " << dtype;
    }
  }
}

TEST_P(Pad, WritesInfinities) {
  const double low = -std::numeric_limits<double>::infinity();
  const Tensor x = from(exec(), {1, 2}, {2});
  EXPECT_TRUE(close(pad(x, {1}, {1}, low), std::vector<double>{low, 1, 2, low}, tolerance::exact));
}

TEST_P(Pad, BackwardIsTheAdjointOfForward) {
  for (const Case& c : kCases) {
    Tensor x = random_leaf(exec(), c.in, 1, DType::kFloat32);
    const Tensor dy = random_tensor(exec(), c.out(), 2);
    const Tensor y = pad(x, c.before, c.after);
    backward(y, dy);
    EXPECT_DOUBLE_EQ(dot(y, dy), dot(x, x.grad())) << c.in;
  }
}

TEST_P(Pad, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto surround = [](const std::vector<Tensor>& in) {
    return pad(in[0], {0, 1, 1}, {2, 0, 1}, 3.0);
  };
  EXPECT_EQ(gradcheck(surround, {random_leaf(exec(), {2, 2, 3}, 1)}), "");
}

TEST_P(Pad, StaysInItsBuffers) {
  for (const Case& c : kCases) {
    const Tensor x = random_tensor(exec(), c.in, 1, DType::kBFloat16);
    Guarded y(exec(), c.out(), DType::kBFloat16);
    kernels::pad(exec(), x.view(), y.view(), c.before, -2.0);
    EXPECT_TRUE(y.intact()) << c.in;
    EXPECT_TRUE(same_bits(y.tensor(), pad(x, c.before, c.after, -2.0))) << c.in;
  }
}

TEST(PadThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor x = random_tensor(exec, {2, 71, 53, 12}, 1);
    return std::vector{pad(x, {0, 1, 2, 0}, {0, 3, 1, 0}), pad(x, {0, 0, 0, 1}, {0, 0, 0, 2}, 1.0)};
  }));
}

}  // namespace
}  // namespace salix::testing
