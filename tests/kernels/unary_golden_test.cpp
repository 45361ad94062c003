// Values and gradients of the functions of one value as PyTorch has them, kinks, infinities
// and NaN included.
#include <functional>

#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"
#include "tests/support/golden_reader.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

struct Case {
  const char* name;
  std::function<Tensor(const Tensor&)> run;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"relu", relu},
      {"gelu", gelu},
      {"sigmoid", sigmoid},
      {"hardswish", hardswish},
      {"abs", abs},
      {"pow_1.7", [](const Tensor& x) { return pow(x, 1.7); }},
      {"pow_-3", [](const Tensor& x) { return pow(x, -3); }},
      {"pow_2", [](const Tensor& x) { return pow(x, 2); }},
      {"pow_0", [](const Tensor& x) { return pow(x, 0); }},
      {"exp", exp},
      {"log", log},
      {"clamp", [](const Tensor& x) { return clamp(x, -0.75, 1.3); }},
      {"negate", negate},
      {"square", square},
      {"sqrt", sqrt},
      {"reciprocal", [](const Tensor& x) { return reciprocal(x, 2.5); }},
      {"affine", [](const Tensor& x) { return affine(x, -1.5, 0.25); }}};
  return all;
}

const Shape kShape{77};  // 17 special values and 60 random ones

class UnaryGolden : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, UnaryGolden, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(UnaryGolden, MatchesPyTorch) {
  for (const Case& c : cases()) {
    GoldenReader golden(exec(), str("unary/", c.name, ".npy"));
    Tensor x = golden.next(kShape);
    x.set_requires_grad(true);
    const Tensor dy = golden.next(kShape), y = c.run(x);
    backward(y, dy);
    EXPECT_TRUE(close(y, golden.next(kShape), tolerance::elementwise)) << c.name;
    EXPECT_TRUE(close(x.grad(), golden.next(kShape), tolerance::elementwise))
        << "gradient of " << c.name;
    EXPECT_TRUE(golden.at_end()) << c.name;
  }
}

}  // namespace
}  // namespace salix::testing
