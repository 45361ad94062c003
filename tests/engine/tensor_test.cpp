#include "engine/tensor.h"

#include <gmock/gmock.h>

#include <limits>

#include "engine/autograd/tape.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class TensorOn : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, TensorOn, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(TensorOn, KeepsWhatTheHostGave) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const Tensor x = Tensor::from_host(exec(), values, {2, 3});
  EXPECT_EQ(x.dtype(), DType::kFloat32);
  EXPECT_EQ(x.shape(), (Shape{2, 3}));
  EXPECT_EQ(x.size_bytes(), 24U);
  EXPECT_EQ(x.to_vector<float>(), values);
  EXPECT_EQ(&x.exec(), &exec());
  EXPECT_THAT(error_of([&] { Tensor::from_host(exec(), values, {7}); }),
              HasSubstr("shape [7] needs 7 values; got 6"));
}

TEST_P(TensorOn, FillsEveryType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kInt32,
                            DType::kInt64, DType::kUInt8}) {
    const Tensor x = Tensor::full(exec(), {70001}, 3, dtype);
    EXPECT_EQ(x.to_vector<double>(), std::vector<double>(70001, 3.0)) << dtype;
  }
  EXPECT_EQ(Tensor::zeros(exec(), {2}).to_vector<float>(), (std::vector<float>{0, 0}));
}

TEST_P(TensorOn, ConvertsBetweenTypes) {
  const Tensor x = from(exec(), {-1.75f, 0.0f, 2.5f, 100.99f, 1.00390625f}, {5});
  EXPECT_EQ(x.to(DType::kInt32).to_vector<int>(), (std::vector<int>{-1, 0, 2, 100, 1}));
  EXPECT_EQ(x.to(DType::kInt64).to_vector<double>(), (std::vector<double>{-1, 0, 2, 100, 1}));
  // 1 + 2^-8 lies between two bfloat16 values and goes to the even one, 1.
  EXPECT_EQ(x.to(DType::kBFloat16).to_vector<double>(),
            (std::vector<double>{-1.75, 0, 2.5, 101, 1}));
  EXPECT_EQ(x.to(DType::kFloat16).to_vector<double>(),
            (std::vector<double>{-1.75, 0, 2.5, 101, 1.00390625}));
  EXPECT_TRUE(x.to(DType::kFloat32).same_memory(x));
  const Tensor bytes = Tensor::from_host(exec(), std::vector<std::uint8_t>{0, 1, 255}, {3});
  EXPECT_EQ(bytes.to(DType::kFloat32).to_vector<float>(), (std::vector<float>{0, 1, 255}));
}

TEST_P(TensorOn, Float64ConvertsExactlyOnTheHost) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const std::vector<double> values{1.0 / 3, -1e300, 1e-300};
  const Tensor x = Tensor::from_host(exec(), values, {3});
  EXPECT_EQ(x.to_vector<double>(), values);
  EXPECT_EQ(x.to(DType::kFloat32).to_vector<float>(),
            (std::vector<float>{1.0f / 3, -std::numeric_limits<float>::infinity(), 0}));
}

TEST_P(TensorOn, ReshapesWithoutCopying) {
  const Tensor x = random_tensor(exec(), {2, 3, 4}, 1);
  EXPECT_EQ(x.reshape({6, -1}).shape(), (Shape{6, 4}));
  EXPECT_EQ(x.reshape({-1}).shape(), (Shape{24}));
  EXPECT_TRUE(x.reshape({4, 6}).same_memory(x));
  EXPECT_THAT(error_of([&] {
                x.reshape({5, 5});
              }),
              HasSubstr("reshape: [2, 3, 4] has 24 elements, which do not fit [5, 5]"));
  EXPECT_THAT(error_of([&] {
                x.reshape({5, -1});
              }),
              HasSubstr("[2, 3, 4] cannot be cut into pieces of 5 elements"));
  EXPECT_THAT(error_of([&] { x.reshape({-1, -1}); }), HasSubstr("at most one size may be -1"));
  EXPECT_THAT(error_of([&] { x.reshape({-1, 0}); }), HasSubstr("pieces of 0 elements"));
  const std::int64_t big = std::int64_t{1} << 40;
  EXPECT_THAT(error_of([&] { x.reshape({-1, big, big}); }), HasSubstr("64 bits"));
  EXPECT_THAT(error_of([&] { x.reshape({-2, -12}); }), HasSubstr("must not be negative; got -2"));
}

TEST_P(TensorOn, CopiesBetweenExecs) {
  const Tensor x = random_tensor(exec(), {3, 5}, 1);
  const Tensor there = x.to(reference());
  EXPECT_EQ(&there.exec(), &reference());
  EXPECT_TRUE(same_bits(there, x));
  EXPECT_TRUE(same_bits(there.to(exec()), x));
  Tensor wrong = Tensor::zeros(exec(), {5, 3});
  EXPECT_THAT(error_of([&] { wrong.copy_from(x); }),
              HasSubstr("copy_from: needs [5, 3] float32; got [3, 5] float32"));
}

TEST_P(TensorOn, ClonesHaveMemoryOfTheirOwn) {
  const Tensor x = Tensor::full(exec(), {4}, 1.0);
  Tensor copy = x.clone(), handle = x;
  EXPECT_FALSE(copy.same_memory(x));
  copy.fill(2);
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{1, 1, 1, 1}));
  handle.fill(3);  // a second handle, not a copy
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{3, 3, 3, 3}));
}

TEST_P(TensorOn, ReturnsItsMemoryWithTheLastHandle) {
  const std::size_t before = exec().allocator()->stats().in_use_bytes;
  {
    const Tensor x = Tensor::zeros(exec(), {1024});
    const Tensor row = x.reshape({32, 32}), off_tape = x.detach();
    EXPECT_FALSE(x.unique());
    EXPECT_EQ(exec().allocator()->stats().in_use_bytes, before + 4096);
  }
  EXPECT_EQ(exec().allocator()->stats().in_use_bytes, before);
}

TEST_P(TensorOn, TakesZeroElements) {
  const Tensor x = Tensor::zeros(exec(), {0, 3});
  EXPECT_TRUE(x.to_vector<float>().empty());
  EXPECT_EQ(x.to(DType::kBFloat16).clone().shape(), (Shape{0, 3}));
}

TEST_P(TensorOn, ItemNeedsOneElement) {
  EXPECT_EQ(Tensor::full(exec(), {1, 1}, 2.5).item(), 2.5);
  EXPECT_THAT(error_of([&] { Tensor::zeros(exec(), {2}).item(); }),
              HasSubstr("needs one element; got shape [2]"));
}

TEST(Tensor, UndefinedSaysSo) {
  const Tensor none;
  EXPECT_FALSE(none.defined());
  EXPECT_THAT(error_of([&] { none.shape(); }), HasSubstr("this tensor is undefined"));
}

TEST(Tensor, OnlyFloatingLeavesWantGradients) {
  Exec exec;
  Tensor whole = Tensor::zeros(exec, {2}, DType::kInt64);
  EXPECT_THAT(error_of([&] { whole.set_requires_grad(true); }),
              HasSubstr("only floating tensors have gradients; got int64"));
  Tensor x = Tensor::zeros(exec, {2});
  x.set_requires_grad(true);
  Tensor y = x.reshape({1, 2});
  EXPECT_THAT(error_of([&] { y.set_requires_grad(false); }),
              HasSubstr("this tensor is the result of 'reshape'; detach() it first"));
  EXPECT_THAT(error_of([&] { y.set_grad(x); }), HasSubstr("this tensor is not a leaf"));
}

TEST(Tensor, ConversionPassesTheGradientBack) {
  Exec exec;
  Tensor x = Tensor::full(exec, {3}, 1.5);
  x.set_requires_grad(true);
  const Tensor y = x.to(DType::kBFloat16);
  backward(y, Tensor::full(exec, {3}, 2.0, DType::kBFloat16));
  EXPECT_EQ(x.grad().dtype(), DType::kFloat32);
  EXPECT_EQ(x.grad().to_vector<float>(), (std::vector<float>{2, 2, 2}));
}

TEST(Tensor, MayOutliveItsExecsAllocatorHandle) {
  Tensor x;
  {
    Exec exec;
    x = Tensor::full(exec, {4}, 1.0);
  }
  x = {};  // frees into the allocator, which the storage kept alive
  EXPECT_FALSE(x.defined());
}

}  // namespace
}  // namespace salix::testing
