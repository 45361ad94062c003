#include "kernels/not_finite/not_finite.h"

#include <gmock/gmock.h>

#include <limits>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

class NotFiniteKernel : public OpTest {
 protected:
  double flag_of(const Tensor& values, double before = 0) {
    Tensor flag = Tensor::full(exec(), {}, before);
    kernels::mark_not_finite(exec(), values.view(), flag.mutable_view());
    return flag.item();
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, NotFiniteKernel, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(NotFiniteKernel, FindsOneBadValueAnywhere) {
  constexpr float kLimit = std::numeric_limits<float>::max();
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {0, 255, 256, 999}) {
      std::vector<float> values(1000, kLimit);
      EXPECT_EQ(flag_of(from(exec(), values, {1000})), 0);
      values[at] = bad;
      EXPECT_EQ(flag_of(from(exec(), values, {1000})), 1) << bad << " at " << at;
    }
  }
}

TEST_P(NotFiniteKernel, NeverTakesAMarkBack) {
  EXPECT_EQ(flag_of(Tensor::zeros(exec(), {}), 1), 1);
  EXPECT_EQ(flag_of(Tensor::zeros(exec(), {}), 2), 2);  // as added up over ranks
}

TEST_P(NotFiniteKernel, RefusesAFlagThatIsNone) {
  Tensor flag = Tensor::zeros(exec(), {2});
  EXPECT_THAT(error_of([&] { kernels::mark_not_finite(exec(), flag.view(), flag.mutable_view()); }),
              ::testing::HasSubstr("flag must have shape []; got [2]"));
}

}  // namespace
}  // namespace salix::testing
