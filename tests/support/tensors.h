// Making and comparing tensors in tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/tensor.h"
#include "tests/support/tolerance.h"

namespace salix::testing {

// Uniform in [-1, 1), the same values on every device.
Tensor random_tensor(Exec& exec, const Shape& shape, std::uint64_t seed,
                     DType dtype = DType::kFloat32);
// As random_tensor, on the given range.
Tensor random_tensor(Exec& exec, const Shape& shape, std::uint64_t seed, double low, double high,
                     DType dtype = DType::kFloat32);
// A leaf that wants its gradient.
Tensor random_leaf(Exec& exec, const Shape& shape, std::uint64_t seed,
                   DType dtype = DType::kFloat64);
// NaN (or all ones bits for integers) first: an unwritten element shows.
Tensor poisoned(Exec& exec, const Shape& shape, DType dtype = DType::kFloat32);
Tensor from(Exec& exec, const std::vector<float>& values, const Shape& shape);

// sum(a * b) in double.
double dot(const Tensor& a, const Tensor& b);
// sum(|a * b|) in double: the magnitude for tolerance::reduction.
double absolute_dot(const Tensor& a, const Tensor& b);

// An output buffer with sentinels before and after it.
class Guarded {
 public:
  Guarded(Exec& exec, const Shape& shape, DType dtype = DType::kFloat32);
  View view();            // the poisoned buffer between the sentinels
  Tensor tensor() const;  // its content
  bool intact() const;    // whether no sentinel changed

 private:
  Shape shape_;
  DType dtype_;
  Tensor bytes_;
};

// EXPECT_TRUE(close(actual, expected, tolerance::elementwise)): |a - e| <= absolute +
// relative * |e| everywhere. A failure prints shape, worst index, both values, and how many failed.
::testing::AssertionResult close(const Tensor& actual, const Tensor& expected, Tolerance tolerance);
::testing::AssertionResult close(const Tensor& actual, const std::vector<double>& expected,
                                 Tolerance tolerance);
// Equal shape, dtype and bits.
::testing::AssertionResult same_bits(const Tensor& a, const Tensor& b);

// The text of the Error that `statement` throws; fails the test when it throws none.
template <typename F>
std::string error_of(F&& statement) {
  try {
    statement();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an error, got none";
  return "";
}

}  // namespace salix::testing
