#include "tests/support/tensors.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace salix::testing {
namespace {

constexpr std::size_t kGuardBytes = 256;
constexpr std::uint8_t kSentinel = 0xA5;

std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
  std::vector<std::uint8_t> bytes(tensor.size_bytes());
  if (!bytes.empty()) {
    Tensor source = tensor;
    source.exec().backend().copy_to_host(source.view().data, bytes.data(), bytes.size());
  }
  return bytes;
}

}  // namespace

Tensor random_tensor(Exec& exec, const Shape& shape, std::uint64_t seed, double low, double high,
                     DType dtype) {
  std::vector<double> values(static_cast<std::size_t>(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = low + (high - low) * static_cast<double>(philox_uniform({seed, 0, 0}, i));
  }
  Exec host;
  return Tensor::from_host(host, values, shape).to(dtype).to(exec);
}

Tensor random_tensor(Exec& exec, const Shape& shape, std::uint64_t seed, DType dtype) {
  return random_tensor(exec, shape, seed, -1.0, 1.0, dtype);
}

Tensor random_leaf(Exec& exec, const Shape& shape, std::uint64_t seed, DType dtype) {
  Tensor leaf = random_tensor(exec, shape, seed, dtype);
  leaf.set_requires_grad(true);
  return leaf;
}

Tensor poisoned(Exec& exec, const Shape& shape, DType dtype) {
  Tensor tensor = Tensor::empty(exec, shape, dtype);
  tensor.fill(is_floating(dtype) ? std::numeric_limits<double>::quiet_NaN() : 255.0);
  return tensor;
}

Tensor from(Exec& exec, const std::vector<float>& values, const Shape& shape) {
  return Tensor::from_host(exec, values, shape);
}

double dot(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  SALIX_CHECK(x.size() == y.size(), "dot: sizes differ");
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

double absolute_dot(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::abs(x[i] * y[i]);
  return sum;
}

Guarded::Guarded(Exec& exec, const Shape& shape, DType dtype) : shape_(shape), dtype_(dtype) {
  const std::size_t inner = static_cast<std::size_t>(shape.numel()) * size_of(dtype);
  std::vector<std::uint8_t> bytes(inner + 2 * kGuardBytes, kSentinel);
  if (is_floating(dtype))
    std::fill_n(bytes.begin() + kGuardBytes, inner, std::uint8_t{0xFF});  // NaN
  bytes_ = Tensor::from_host(exec, bytes, {static_cast<std::int64_t>(bytes.size())});
}

View Guarded::view() {
  return {static_cast<std::uint8_t*>(bytes_.mutable_view().data) + kGuardBytes, shape_, dtype_};
}

Tensor Guarded::tensor() const {
  Tensor inner = Tensor::empty(bytes_.exec(), shape_, dtype_);
  const auto* begin = static_cast<const std::uint8_t*>(bytes_.view().data) + kGuardBytes;
  bytes_.exec().backend().copy(begin, inner.mutable_view().data, inner.size_bytes());
  return inner;
}

bool Guarded::intact() const {
  const std::vector<std::uint8_t> bytes = bytes_of(bytes_);
  for (std::size_t i = 0; i < kGuardBytes; ++i) {
    if (bytes[i] != kSentinel || bytes[bytes.size() - 1 - i] != kSentinel) return false;
  }
  return true;
}

::testing::AssertionResult close(const Tensor& actual, const std::vector<double>& expected,
                                 Tolerance tolerance) {
  const std::vector<double> values = actual.to_vector<double>();
  if (values.size() != expected.size()) {
    return ::testing::AssertionFailure() << "shape " << actual.shape() << " has " << values.size()
                                         << " elements, expected " << expected.size();
  }
  std::size_t failed = 0, worst = 0;
  double worst_excess = -1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double difference = std::abs(values[i] - expected[i]);
    const double allowed = tolerance.absolute + tolerance.relative * std::abs(expected[i]);
    const bool both_same =
        values[i] == expected[i] || (std::isnan(values[i]) && std::isnan(expected[i]));
    if (both_same || difference <= allowed) continue;
    ++failed;
    const double excess =
        std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference - allowed;
    if (excess > worst_excess) worst_excess = excess, worst = i;
  }
  if (failed == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << failed << " of " << values.size() << " elements of shape "
                                       << actual.shape() << " differ; worst at flat index " << worst
                                       << ": " << values[worst] << ", expected " << expected[worst];
}

::testing::AssertionResult close(const Tensor& actual, const Tensor& expected,
                                 Tolerance tolerance) {
  if (!(actual.shape() == expected.shape())) {
    return ::testing::AssertionFailure()
           << "shape " << actual.shape() << ", expected " << expected.shape();
  }
  return close(actual, expected.to_vector<double>(), tolerance);
}

::testing::AssertionResult same_bits(const Tensor& a, const Tensor& b) {
  if (!(a.shape() == b.shape()) || a.dtype() != b.dtype()) {
    return ::testing::AssertionFailure()
           << a.shape() << " " << a.dtype() << " against " << b.shape() << " " << b.dtype();
  }
  const std::vector<std::uint8_t> x = bytes_of(a), y = bytes_of(b);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == y[i]) continue;
    return ::testing::AssertionFailure()
           << "bits differ first at element " << i / size_of(a.dtype()) << " of " << a.shape();
  }
  return ::testing::AssertionSuccess();
}

}  // namespace salix::testing
