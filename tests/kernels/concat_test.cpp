#include "layers/functional/concat.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/concat/concat.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::vector<Shape> inputs;
  int axis;
};

// Any axis; rows that divide into 16 bytes and rows that do not; an input of size 0; more
// inputs than one launch takes; a real layer.
std::vector<Case> cases() {
  std::vector<Case> all{{{{1}}, 0},
                        {{{2, 3}, {1, 3}, {4, 3}}, 0},
                        {{{2, 3, 5}, {2, 1, 5}}, 1},
                        {{{2, 3, 4, 8}, {2, 3, 4, 4}, {2, 3, 4, 12}}, 3},
                        {{{2, 3, 4, 3}, {2, 3, 4, 1}, {2, 3, 4, 7}}, -1},
                        {{{2, 3, 0}, {2, 3, 2}, {2, 3, 0}, {2, 3, 1}}, 2},
                        {{{1, 20, 20, 64}, {1, 20, 20, 64}, {1, 20, 20, 64}}, 3}};
  all.push_back({std::vector<Shape>(19, Shape{3, 2}), 1});
  return all;
}

std::vector<Tensor> make_inputs(Exec& exec, const Case& c, DType dtype) {
  std::vector<Tensor> inputs;
  for (const Shape& shape : c.inputs) {
    const std::uint64_t seed = inputs.size() + 1;
    inputs.push_back(random_tensor(exec, shape, seed, -100, 100, dtype));
  }
  return inputs;
}

// Element by element, from the definition.
std::vector<double> joined(const std::vector<Tensor>& inputs, int axis) {
  const int along = inputs[0].shape().normalize_axis(axis);
  std::int64_t rows = 1;
  for (int i = 0; i < along; ++i) rows *= inputs[0].dim(i);
  std::vector<double> result;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const Tensor& input : inputs) {
      const std::vector<double> values = input.to_vector<double>();
      const std::int64_t size = input.numel() / rows;
      result.insert(result.end(), values.begin() + row * size, values.begin() + (row + 1) * size);
    }
  }
  return result;
}

class Concat : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Concat, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Concat, RefusesBadRequests) {
  EXPECT_THAT(error_of([] { concat({}, 0); }), HasSubstr("concat: needs at least one tensor"));
  const Tensor a = random_tensor(exec(), {2, 3}, 1), b = random_tensor(exec(), {2, 4}, 1);
  EXPECT_THAT(error_of([&] {
                concat({a, b}, 0);
              }),
              HasSubstr("must agree in dtype and in all sizes but axis 0; got [2, 3] float32 and "
                        "[2, 4] float32"));
  EXPECT_THAT(error_of([&] { concat({a, b.to(DType::kInt32)}, 1); }), HasSubstr("int32"));
  Tensor y = poisoned(exec(), {2, 8});
  const std::vector<ConstView> views{a.view(), b.view()};
  EXPECT_THAT(error_of([&] { kernels::concat(exec(), views, y.mutable_view(), 1); }),
              HasSubstr("must add up to 8; got 7"));
  EXPECT_THAT(error_of([&] { kernels::concat(exec(), views, y.mutable_view(), 2); }),
              HasSubstr("axis must be between 0 and 1; got 2"));
}

TEST_P(Concat, JoinsEveryDType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kInt32,
                            DType::kInt64, DType::kUInt8}) {
    for (const Case& c : cases()) {
      std::vector<Tensor> inputs = make_inputs(exec(), c, dtype);
      const Tensor y = concat(inputs, c.axis);
      EXPECT_EQ(y.dtype(), dtype);
      EXPECT_TRUE(close(y, joined(inputs, c.axis), tolerance::exact))
          << c.inputs[0] << " along " << c.axis << " " << dtype;
    }
  }
}

TEST_P(Concat, BackwardCutsTheGradient) {
  for (const Case& c : cases()) {
    std::vector<Tensor> inputs = make_inputs(exec(), c, DType::kFloat32);
    for (Tensor& input : inputs) input.set_requires_grad(true);
    const Tensor y = concat(inputs, c.axis);
    const Tensor dy = random_tensor(exec(), y.shape(), 99);
    backward(y, dy);
    std::vector<Tensor> grads;
    for (const Tensor& input : inputs) grads.push_back(input.grad());
    EXPECT_TRUE(same_bits(concat(grads, c.axis).detach(), dy)) << c.inputs[0];
  }
}

TEST_P(Concat, LeavesOutGradientsThatNobodyWants) {
  const Tensor fixed = random_tensor(exec(), {2, 4}, 1);
  Tensor wanted = random_leaf(exec(), {2, 3}, 2, DType::kFloat32);
  const Tensor y = concat({fixed, wanted}, 1);
  const Tensor dy = from(exec(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, {2, 7});
  backward(y, dy);
  EXPECT_FALSE(fixed.grad().defined());
  EXPECT_TRUE(close(wanted.grad(), std::vector<double>{5, 6, 7, 12, 13, 14}, tolerance::exact));
}

TEST_P(Concat, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto join = [](const std::vector<Tensor>& in) { return concat(in, 1); };
  EXPECT_EQ(gradcheck(join, {random_leaf(exec(), {2, 2, 3}, 1), random_leaf(exec(), {2, 1, 3}, 2)}),
            "");
}

TEST_P(Concat, StaysInItsBuffers) {
  for (const Case& c : cases()) {
    const std::vector<Tensor> inputs = make_inputs(exec(), c, DType::kBFloat16);
    std::vector<ConstView> views;
    for (const Tensor& input : inputs) views.push_back(input.view());
    const Tensor expected = concat(inputs, c.axis);
    Guarded y(exec(), expected.shape(), DType::kBFloat16);
    const int axis = expected.shape().normalize_axis(c.axis);
    kernels::concat(exec(), views, y.view(), axis);
    EXPECT_TRUE(y.intact());
    EXPECT_TRUE(same_bits(y.tensor(), expected)) << c.inputs[0];

    std::vector<Guarded> pieces;
    std::vector<View> piece_views;
    for (const Shape& shape : c.inputs) pieces.emplace_back(exec(), shape, DType::kBFloat16);
    for (Guarded& piece : pieces) piece_views.push_back(piece.view());
    kernels::concat_backward(exec(), expected.view(), piece_views, axis);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_TRUE(pieces[i].intact());
      EXPECT_TRUE(same_bits(pieces[i].tensor(), inputs[i])) << c.inputs[i];
    }
  }
}

TEST(ConcatThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Tensor a = random_tensor(exec, {2, 71, 53, 7}, 1);
    const Tensor b = random_tensor(exec, {2, 71, 53, 12}, 2);
    return std::vector{concat({a, b}, 3), concat({a, a}, 0)};
  }));
}

}  // namespace
}  // namespace salix::testing
