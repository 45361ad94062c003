// The tape on its own, with two small ops written here: the engine knows none.
#include "engine/autograd/tape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/autograd/gradcheck.h"
#include "tests/support/tensors.h"

namespace salix {
namespace {

using testing::error_of;
using testing::random_leaf;

// y = a * b on the host, in double.
Tensor multiply(const Tensor& a, const Tensor& b) {
  const auto product = [](const Tensor& p, const Tensor& q) {
    const auto x = p.to_vector<double>(), y = q.to_vector<double>();
    std::vector<double> z(x.size());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = x[i] * y[i];
    return Tensor::from_host(p.exec(), z, p.shape());
  };
  Tensor y = product(a, b);
  record("multiply", {a, b}, y, [a, b, product](const Tensor& dy) {
    return std::vector{product(dy, b), product(dy, a)};
  });
  return y;
}

class Tape : public ::testing::Test {
 protected:
  Exec exec;
  Tensor leaf(std::vector<double> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    Tensor x = Tensor::from_host(exec, values, {count});
    x.set_requires_grad(true);
    return x;
  }
};

TEST_F(Tape, AddsUpEveryUseOfATensor) {
  Tensor x = leaf({2, 3});
  const Tensor y = multiply(multiply(x, x), x);  // x^3
  backward(y, Tensor::full(exec, {2}, 1.0, DType::kFloat64));
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{12, 27}));
}

TEST_F(Tape, AccumulatesOverPasses) {
  Tensor x = leaf({5});
  backward(multiply(x, x));
  backward(multiply(x, x));
  EXPECT_EQ(x.grad().item(), 20);
  x.clear_grad();
  EXPECT_FALSE(x.grad().defined());
}

TEST_F(Tape, DoesNotWriteIntoAGradientThatSomebodyHolds) {
  Tensor x = leaf({5});
  backward(multiply(x, x));
  const Tensor held = x.grad();
  backward(multiply(x, x));
  EXPECT_EQ(held.item(), 10);
  EXPECT_EQ(x.grad().item(), 20);
}

TEST_F(Tape, RecordsNothingUnderNoGrad) {
  Tensor x = leaf({5});
  const NoGrad no_grad(exec);
  EXPECT_FALSE(multiply(x, x).requires_grad());
}

TEST_F(Tape, StopsAtDetach) {
  Tensor x = leaf({5});
  const Tensor y = multiply(x, x.detach());
  backward(y);
  EXPECT_EQ(x.grad().item(), 5);
}

TEST_F(Tape, RefusesASecondWalk) {
  Tensor x = leaf({5});
  const Tensor y = multiply(x, x);
  backward(y);
  EXPECT_THAT(error_of([&] { backward(y); }), ::testing::HasSubstr("was walked before"));
}

TEST_F(Tape, RefusesAnOutputWithoutGradient) {
  const Tensor x = Tensor::full(exec, {1}, 2.0);
  EXPECT_THAT(error_of([&] { backward(x); }), ::testing::HasSubstr("depends on nothing"));
}

TEST_F(Tape, HooksSeeTheWholeGradientAndMayReplaceIt) {
  Tensor x = leaf({3});
  const Tensor y = multiply(x, x);
  double seen = 0;
  register_hook(y, [&](const Tensor& grad) {
    seen = grad.item();
    return Tensor::full(grad.exec(), grad.shape(), 10.0, grad.dtype());
  });
  const Tensor z = multiply(y, y);
  backward(z);
  EXPECT_EQ(seen, 18);  // 2y
  EXPECT_EQ(x.grad().item(), 60);
}

// What sends gradients to other machines relies on it: a leaf need not wait for the ops before
// its first use. One that is used twice is complete after the earlier use.
TEST_F(Tape, HandsOutALeafsGradientAsSoonAsItIsComplete) {
  Tensor x = leaf({1}), early = leaf({2}), both = leaf({3}), late = leaf({5});
  std::string seen;
  const auto watch = [&](const Tensor& tensor, char name) {
    register_hook(tensor, [&seen, name](const Tensor&) {
      seen += name;
      return Tensor();
    });
  };
  watch(early, 'e');
  watch(both, 'b');
  watch(late, 'l');
  const Tensor a = multiply(x, early), b = multiply(a, both), c = multiply(b, both);
  watch(a, '1');
  watch(b, '2');
  watch(c, '3');
  backward(multiply(c, late));
  EXPECT_EQ(seen, "l32b1e");
  EXPECT_EQ(both.grad().item(), 2 * 2 * 3 * 5);
}

TEST_F(Tape, FreesSavedTensorsAsItGoes) {
  Tensor x = random_leaf(exec, {1 << 16}, 1);
  Tensor y = multiply(multiply(x, x), x);
  const std::size_t before = exec.allocator()->stats().in_use_bytes;
  backward(y, Tensor::full(exec, {1 << 16}, 1.0, DType::kFloat64));
  // x*x was held by the graph only; the gradient of x took its place.
  EXPECT_LE(exec.allocator()->stats().in_use_bytes, before);
}

TEST_F(Tape, RecomputeGivesTheSameGradientsWithLessMemory) {
  Tensor x = random_leaf(exec, {64}, 1), w = random_leaf(exec, {64}, 2);
  const auto chain = [&](const std::vector<Tensor>& in) {
    Tensor y = in[0];
    for (int i = 0; i < 4; ++i) y = multiply(y, w);
    return std::vector{y};
  };
  const Tensor dy = testing::random_tensor(exec, {64}, 3, DType::kFloat64);
  backward(chain({x}).front(), dy);
  const Tensor dx = x.grad(), dw = w.grad();
  x.clear_grad();
  w.clear_grad();
  backward(recompute(chain, {x}).front(), dy);
  EXPECT_TRUE(testing::same_bits(x.grad(), dx));
  EXPECT_TRUE(testing::same_bits(w.grad(), dw));
}

TEST_F(Tape, RecomputeReachesParametersBehindAPlainInput) {
  Tensor x = Tensor::full(exec, {1}, 3.0, DType::kFloat64), w = leaf({5});
  const auto square = [&](const std::vector<Tensor>& in) {
    return std::vector{multiply(in[0], w)};
  };
  backward(recompute(square, {x}).front());
  EXPECT_EQ(w.grad().item(), 3);
}

TEST_F(Tape, ReshapeIsDifferentiable) {
  Tensor x = leaf({1, 2, 3, 4, 5, 6});
  const Tensor y = x.reshape({2, -1});
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  backward(y, y.detach());
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(Gradcheck, AcceptsARightRuleAndNamesAWrongOne) {
  Exec exec;
  const std::vector<Tensor> inputs{random_leaf(exec, {7}, 1), random_leaf(exec, {7}, 2)};
  EXPECT_EQ(gradcheck([](const std::vector<Tensor>& in) { return multiply(in[0], in[1]); }, inputs),
            "");
  const auto wrong = [](const std::vector<Tensor>& in) {
    Tensor y = multiply(in[0], in[1]).detach();
    record("wrong", {in[0], in[1]}, y, [in](const Tensor& dy) {
      return std::vector{dy, multiply(dy, in[0].detach())};
    });
    return y;
  };
  EXPECT_THAT(gradcheck(wrong, inputs), ::testing::HasSubstr("input 0 element 0"));
}

}  // namespace
}  // namespace salix
