// Convolution where the first choice of library is not there, and what a call counts as.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "tests/kernels/conv2d_cases.h"

namespace salix::testing {
namespace {

using namespace conv2d_cases;

// As the GPU's library would be: each pass is one launch, a bias one more.
TEST(Conv2dOnSimt, CountsLibraryCallsAsLaunches) {
  const std::unique_ptr<Exec> exec = make_exec(Target::kSimt);
  const Tensor x = random_tensor(*exec, {1, 5, 5, 4}, 1),
               weight = random_tensor(*exec, {2, 3, 3, 4}, 2);
  const Tensor bias = random_tensor(*exec, {2}, 3);
  const auto launches = [&](const auto& work) {
    const DeviceCounts before = exec->backend().counts();
    work();
    return (exec->backend().counts() - before).launches;
  };
  EXPECT_EQ(launches([&] { conv2d(x, weight); }), 1);
  EXPECT_EQ(launches([&] { conv2d(x, weight, bias); }), 2);
}

// What is left where cuDNN's graph API has no way, or cuDNN refuses a shape: its older
// functions, their plainest algorithms, and the handwritten kernels. A plan is made under the
// switch, so each needs a new Exec.
class Conv2dFallback : public OpTest {
 protected:
  ~Conv2dFallback() override {
    unsetenv("SALIX_CUDNN_SAFE");
    unsetenv("SALIX_CUDNN_LEGACY");
  }

  void expect_works() {
    const std::unique_ptr<Exec> fallback = make_exec(GetParam());
    expect_agrees(*fallback, reference());
    expect_fuses(*fallback, reference());
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, Conv2dFallback, ::testing::Values(Target::kCuda), target_name);

TEST_P(Conv2dFallback, AgreesWithTheReference) {
  for (const char* level : {"1", "2"}) {
    SCOPED_TRACE(level);
    setenv("SALIX_CUDNN_SAFE", level, /*overwrite=*/1);
    expect_works();
  }
}

TEST_P(Conv2dFallback, AgreesWithTheReferenceWithoutTheGraphApi) {
  setenv("SALIX_CUDNN_LEGACY", "1", /*overwrite=*/1);
  expect_works();
}

}  // namespace
}  // namespace salix::testing
