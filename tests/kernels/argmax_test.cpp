#include "layers/functional/argmax.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>

#include "kernels/argmax/argmax.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// One element, rows shorter and longer than a warp's reach, packs and not, one row that
// blocks share, a real label map.
const std::vector<Shape> kShapes{{1},      {5, 1},    {3, 4, 7}, {2, 3, 5, 8}, {129, 21},
                                 {7, 257}, {2, 5003}, {40000},   {3, 8192},    {1, 40, 40, 24}};

class Argmax : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Argmax, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Argmax, RefusesBadRequests) {
  EXPECT_THAT(error_of([&] { argmax(Tensor::zeros(exec(), {})); }),
              HasSubstr("argmax: x must have an axis; got a scalar"));
  EXPECT_THAT(error_of([&] {
                argmax(Tensor::zeros(exec(), {3, 0}));
              }),
              HasSubstr("must have a last axis of size > 0; got [3, 0]"));
  EXPECT_THAT(error_of([&] { argmax(Tensor::zeros(exec(), {3}, DType::kInt32)); }),
              HasSubstr("int32"));
  const Tensor x = random_tensor(exec(), {2, 3}, 1);
  Tensor y = poisoned(exec(), {2}, DType::kInt64);
  EXPECT_THAT(error_of([&] { kernels::argmax(exec(), x.view(), y.mutable_view()); }),
              HasSubstr("argmax: y must be int32; got int64"));
}

TEST_P(Argmax, FindsTheLargest) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Shape& shape : kShapes) {
      // Few different values, so that there are ties.
      const Tensor x = random_tensor(exec(), shape, 1, -40, 40, DType::kInt32).to(dtype);
      const std::vector<double> values = x.to_vector<double>();
      std::vector<double> expected;
      for (auto row = values.begin(); row != values.end(); row += shape.dim(-1)) {
        expected.push_back(static_cast<double>(std::max_element(row, row + shape.dim(-1)) - row));
      }
      const Tensor y = argmax(x);
      EXPECT_EQ(y.dtype(), DType::kInt32);
      EXPECT_EQ(y.rank(), shape.rank() - 1);
      EXPECT_TRUE(close(y, expected, tolerance::exact)) << shape << " " << dtype;
    }
  }
}

TEST_P(Argmax, FirstNanWinsAsInPyTorch) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float low = -std::numeric_limits<float>::infinity();
  const Tensor x = from(exec(), {1, nan, 5, nan, low, low, low, low, 3, 7, 7, 2}, {3, 4});
  EXPECT_TRUE(close(argmax(x), std::vector<double>{1, 0, 1}, tolerance::exact));
}

TEST_P(Argmax, NeverWantsAGradient) {
  EXPECT_FALSE(argmax(random_leaf(exec(), {2, 3}, 1, DType::kFloat32)).requires_grad());
}

TEST_P(Argmax, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Shape& shape : kShapes) {
    const Tensor x = random_tensor(exec(), shape, 1), expected = argmax(x);
    Guarded y(exec(), expected.shape(), DType::kInt32);
    kernels::argmax(exec(), x.view(), y.view());
    EXPECT_TRUE(y.intact()) << shape;
    EXPECT_TRUE(same_bits(y.tensor(), expected)) << shape;
  }
}

TEST(ArgmaxThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    return std::vector{argmax(random_tensor(exec, {2, 71, 53, 21}, 1))};
  }));
}

}  // namespace
}  // namespace salix::testing
