// Partial cross entropy: printed values (DHFR, appendix A.3), scribbles without a colour, ranks.
#include "train/losses/partial_cross_entropy.h"

#include <gmock/gmock.h>

#include <cmath>
#include <utility>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "engine/comm/communicator.h"
#include "layers/functional/binary.h"
#include "layers/functional/slice.h"
#include "tests/support/dhfr_fill.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class PartialCrossEntropy : public OpTest {
 protected:
  DType dtype() const { return has_float64() ? DType::kFloat64 : DType::kFloat32; }
  // logits, with their gradient.
  Tensor leaf(std::vector<float> logits) {
    Tensor made = from(exec(), logits, {static_cast<std::int64_t>(logits.size())});
    made.set_requires_grad(true);
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, PartialCrossEntropy, ::testing::ValuesIn(all_targets()),
                         target_name);

// Printed are the sum over six maps with their weights, and the norm of each weighted gradient by
// the probabilities; ours are by the logits, Q (1 - Q) smaller.
TEST_P(PartialCrossEntropy, PrintedValueAndGradients) {
  const Tensor label = dhfr_small_labels(exec(), dtype());
  const struct {
    const char* name;
    double weight, norm;
  } maps[] = {{"div1", 1, 0.0568015},   {"div2", 0.8, 0.0451193},  {"div4", 0.8, 0.0453389},
              {"div8", 0.6, 0.0345829}, {"div16", 0.4, 0.0227281}, {"bef_div16", 0.4, 0.0229530}};
  double total = 0;
  for (const auto& map : maps) {
    const Tensor q = dhfr_small_map(exec(), map.name, dtype());
    Tensor x = logits_of(q);
    x.set_requires_grad(true);
    const Tensor loss = partial_cross_entropy(x, label) * map.weight;
    total += loss.item();
    backward(loss);
    EXPECT_NEAR(norm_by_probabilities(x.grad(), q), map.norm, 2e-5 * map.norm) << map.name;
  }
  EXPECT_NEAR(total, 5.820660, 1e-6 * 5.8);
}

// By hand: foreground at 1 and -1, background at 0, and an unknown pixel.
TEST_P(PartialCrossEntropy, TrueCrossEntropyOfTheKnownPixels) {
  Tensor x = leaf({1, -1, 0, 7});
  const Tensor label = from(exec(), {1, 1, 0, 2}, {4});
  const Tensor loss = partial_cross_entropy(x, label, {.probabilities_as_logits = false});
  EXPECT_NEAR(loss.item(), (0.31326169 + 1.31326169) / 2 + 0.69314718, 1e-6);
  backward(loss);
  EXPECT_TRUE(close(x.grad(), std::vector<double>{-0.26894142 / 2, -0.73105858 / 2, 0.5, 0},
                    tolerance::elementwise));
}

TEST_P(PartialCrossEntropy, WithoutAColourItsPartIsZeroWithoutGradient) {
  for (const bool as_logits : {true, false}) {
    for (const float only : {0.0f, 1.0f, 2.0f}) {
      Tensor x = leaf({2, -3});
      const Tensor loss = partial_cross_entropy(x, from(exec(), {2, only}, {2}),
                                                {.probabilities_as_logits = as_logits});
      backward(loss);
      EXPECT_EQ(x.grad().to_vector<double>()[0], 0);
      EXPECT_EQ(loss.item() != 0, only != 2);
      EXPECT_EQ(x.grad().to_vector<double>()[1] != 0, only != 2);
    }
  }
}

TEST_P(PartialCrossEntropy, PassesGradcheckAndRepeats) {
  const Tensor label = from(exec(), {0, 1, 2, 2, 1, 1}, {1, 2, 3, 1});
  const Tensor x = random_tensor(exec(), {1, 2, 3, 1}, 1);
  EXPECT_TRUE(same_bits(partial_cross_entropy(x, label), partial_cross_entropy(x, label)));
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const bool as_logits : {true, false}) {
    const auto loss = [&](const std::vector<Tensor>& in) {
      return partial_cross_entropy(in[0], label.to(DType::kFloat64),
                                   {.probabilities_as_logits = as_logits});
    };
    EXPECT_EQ(gradcheck(loss, {random_leaf(exec(), {1, 2, 3, 1}, 1)}), "");
  }
}

TEST_P(PartialCrossEntropy, RefusesBadRequests) {
  const Tensor map = Tensor::zeros(exec(), {1, 4, 4, 1});
  EXPECT_THAT(error_of([&] {
                partial_cross_entropy(map, Tensor::zeros(exec(), {4, 4}));
              }),
              HasSubstr("partial_cross_entropy: logits and label must have one shape and type; got "
                        "[1, 4, 4, 1] float32 and [4, 4] float32"));
}

// The two images have different numbers of known pixels, and one of them no background.
TEST(PartialCrossEntropyOverRanks, TheirMeanIsTheLossOfOneBatch) {
  const auto of_images = [](Exec& exec, std::int64_t first, std::int64_t count) {
    Tensor x = slice(random_tensor(exec, {2, 5}, 1, DType::kFloat64), 0, first, count);
    const Tensor labels = from(exec, {0, 1, 2, 0, 0, 1, 1, 1, 2, 2}, {2, 5}).to(DType::kFloat64);
    x.set_requires_grad(true);
    const Tensor loss = partial_cross_entropy(x, slice(labels, 0, first, count));
    backward(loss);
    return std::pair{loss.item(), x.grad().to_vector<double>()};
  };
  Exec exec;
  const auto whole = of_images(exec, 0, 2);
  std::vector<std::pair<double, std::vector<double>>> parts(2);
  ThreadRanks(2).run([&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    parts[static_cast<std::size_t>(comm.rank())] = of_images(own, comm.rank(), 1);
  });
  EXPECT_NEAR((parts[0].first + parts[1].first) / 2, whole.first, 1e-12);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(parts[i / 5].second[i % 5] / 2, whole.second[i], 1e-14);
  }
}

}  // namespace
}  // namespace salix::testing
