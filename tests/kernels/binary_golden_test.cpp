// Values and gradients of the functions of two values as PyTorch has them, for each pattern
// of broadcasting.
#include "engine/autograd/tape.h"
#include "layers/functional/binary.h"
#include "tests/support/golden_reader.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

struct Function {
  const char* name;
  Tensor (*run)(const Tensor&, const Tensor&);
};
const Function kFunctions[] = {{"add", add}, {"sub", sub},         {"mul", mul},
                               {"div", div}, {"minimum", minimum}, {"maximum", maximum}};

struct Pattern {
  const char* name;
  Shape a, b;
};
const Pattern kPatterns[] = {
    {"same", {2, 3, 2, 4}, {2, 3, 2, 4}},    {"scalar", {2, 3, 2, 4}, {}},
    {"channel", {2, 3, 2, 4}, {4}},          {"image_channel", {2, 1, 1, 3}, {2, 3, 2, 3}},
    {"spatial", {2, 3, 2, 4}, {2, 3, 2, 1}}, {"mixed", {2, 1, 3, 1}, {1, 2, 1, 4}}};

class BinaryGolden : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, BinaryGolden, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(BinaryGolden, MatchesPyTorch) {
  for (const Pattern& pattern : kPatterns) {
    for (const Function& function : kFunctions) {
      const std::string file = str("binary/", function.name, "_", pattern.name, ".npy");
      GoldenReader golden(exec(), file);
      Tensor a = golden.next(pattern.a), b = golden.next(pattern.b);
      a.set_requires_grad(true);
      b.set_requires_grad(true);
      const Tensor y = function.run(a, b);
      backward(y, golden.next(y.shape()));
      EXPECT_TRUE(close(y, golden.next(y.shape()), tolerance::elementwise)) << file;
      // Up to 48 terms, whose magnitudes add up to less than 4 each on average.
      const Tolerance sums = tolerance::reduction(48, 48 * 4);
      EXPECT_TRUE(close(a.grad(), golden.next(pattern.a), sums)) << file;
      EXPECT_TRUE(close(b.grad(), golden.next(pattern.b), sums)) << file;
      EXPECT_TRUE(golden.at_end()) << file;
    }
  }
}

}  // namespace
}  // namespace salix::testing
