// What the tests of the pooling ops share: the adaptive ones' cases, and the expectations
// that read the same for every pooling.
#pragma once

#include <string>
#include <vector>

#include "engine/autograd/tape.h"
#include "tests/support/golden_reader.h"
#include "tests/support/tensors.h"

namespace salix::testing {

struct AdaptivePoolCase {
  const char* name;
  Shape in;
  std::int64_t height, width;

  Shape out() const { return {in[0], height, width, in[3]}; }
};

// The table of tests/golden/make_pool.py.
inline const std::vector<AdaptivePoolCase> kAdaptivePoolGolden{{"shrink", {2, 7, 10, 4}, 3, 4},
                                                               {"enlarge", {1, 10, 6, 3}, 13, 9},
                                                               {"mixed", {1, 5, 8, 8}, 9, 3},
                                                               {"global", {2, 6, 5, 4}, 1, 1}};

// Beyond the golden ones: one element, the identity, one bin for one channel and for maps
// large enough to be shared by several blocks, a real layer.
inline std::vector<AdaptivePoolCase> adaptive_pool_cases() {
  std::vector<AdaptivePoolCase> cases = kAdaptivePoolGolden;
  cases.push_back({"one", {1, 1, 1, 1}, 1, 1});
  cases.push_back({"identity", {1, 3, 5, 2}, 3, 5});
  cases.push_back({"one_channel", {2, 51, 67, 1}, 1, 1});
  cases.push_back({"large", {2, 40, 40, 24}, 1, 1});
  cases.push_back({"odd_channels", {1, 64, 64, 3}, 1, 1});
  cases.push_back({"midnet", {1, 10, 10, 256}, 13, 13});
  return cases;
}

// pool(x, c) and its gradient are those of tests/golden/<op>/<case>.npy, which holds x, dy, y
// and dx; y within `allowed`.
template <typename Case, typename Pool>
void expect_golden_pool(Exec& exec, const std::string& op, const std::vector<Case>& cases,
                        Tolerance allowed, const Pool& pool) {
  for (const Case& c : cases) {
    GoldenReader file(exec, str(op, "/", c.name, ".npy"));
    Tensor x = file.next(c.in);
    const Tensor dy = file.next(c.out()), y = file.next(c.out()), dx = file.next(c.in);
    EXPECT_TRUE(file.at_end());
    x.set_requires_grad(true);
    const Tensor actual = pool(x, c);
    backward(actual, dy);
    EXPECT_TRUE(close(actual, y, allowed)) << c.name;
    EXPECT_TRUE(close(x.grad(), dx, tolerance::elementwise)) << c.name;
  }
}

// pool(x, c) and its gradient are the same on both devices; y and dx within what is allowed.
template <typename Case, typename Pool>
void expect_pool_parity(Exec& exec, Exec& reference, const std::vector<Case>& cases, DType dtype,
                        Tolerance allowed_y, Tolerance allowed_dx, const Pool& pool) {
  for (const Case& c : cases) {
    Tensor x = random_leaf(exec, c.in, 1, dtype);
    Tensor x_reference = x.detach().to(reference);
    x_reference.set_requires_grad(true);
    const Tensor dy = random_tensor(exec, c.out(), 2, dtype);
    const Tensor y = pool(x, c), expected = pool(x_reference, c);
    backward(y, dy);
    backward(expected, dy.to(reference));
    EXPECT_TRUE(close(y, expected, allowed_y)) << c.name << " " << dtype;
    EXPECT_TRUE(close(x.grad(), x_reference.grad(), allowed_dx)) << c.name << " " << dtype;
  }
}

// run(x, dy, y, dx) on guarded buffers twice: equal bits, and nothing written beside them.
template <typename Case, typename Run>
void expect_pool_repeats(Exec& exec, const std::vector<Case>& cases, const Run& run) {
  for (const Case& c : cases) {
    const Tensor x = random_tensor(exec, c.in, 1), dy = random_tensor(exec, c.out(), 2);
    const auto once = [&] {
      Guarded y(exec, c.out()), index(exec, c.out(), DType::kInt32), dx(exec, c.in);
      run(c, x, y.view(), index.view(), dy, dx.view());
      EXPECT_TRUE(y.intact() && index.intact() && dx.intact()) << c.name;
      return std::vector{y.tensor(), index.tensor(), dx.tensor()};
    };
    const std::vector<Tensor> first = once(), second = once();
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_TRUE(same_bits(first[i], second[i])) << c.name;
    }
  }
}

// dx = A^T dy for the y = A x (a mean, or the choice of maxima) that run() makes.
template <typename Case, typename Run>
void expect_pool_adjoint(Exec& exec, const std::vector<Case>& cases, const Run& run) {
  for (const Case& c : cases) {
    const Tensor x = random_tensor(exec, c.in, 1), dy = random_tensor(exec, c.out(), 2);
    Tensor y = poisoned(exec, c.out()), dx = poisoned(exec, c.in);
    Tensor index = poisoned(exec, c.out(), DType::kInt32);
    run(c, x, y.mutable_view(), index.mutable_view(), dy, dx.mutable_view());
    const Tolerance allowed = tolerance::accurate_sum(absolute_dot(y, dy) + absolute_dot(x, dx));
    EXPECT_NEAR(dot(y, dy), dot(x, dx), allowed.absolute) << c.name;
  }
}

}  // namespace salix::testing
