// Division by a number known at launch, as one multiplication and one shift: a GPU has no
// integer divider, and index arithmetic would otherwise cost more than the op itself.
// Granlund and Montgomery, "Division by invariant integers using multiplication", 1994.
#pragma once

#include <cstdint>

#include "engine/error.h"
#include "engine/host_device.h"

namespace salix::kernels {

// quotient(n) = n / divisor for 0 <= n < 2^31.
class Divider {
 public:
  Divider() : Divider(1) {}
  // 1 <= divisor < 2^31.
  explicit Divider(std::int64_t divisor) : divisor_(static_cast<std::uint32_t>(divisor)) {
    SALIX_CHECK(divisor >= 1 && divisor <= 0x7fffffff,
                "Divider: the divisor must be in [1, 2^31); got ", divisor);
    while ((std::uint64_t{1} << shift_) < divisor_) ++shift_;
    const std::uint64_t excess = (std::uint64_t{1} << shift_) - divisor_;
    multiplier_ = static_cast<std::uint32_t>((excess << 32) / divisor_ + 1);
  }

  SALIX_HOST_DEVICE std::uint32_t quotient(std::uint32_t n) const {
    const auto high = static_cast<std::uint32_t>((std::uint64_t{n} * multiplier_) >> 32);
    return (high + n) >> shift_;
  }
  SALIX_HOST_DEVICE std::uint32_t divisor() const { return divisor_; }
  // Returns n % divisor and leaves n / divisor in `n`: takes the fastest coordinate off.
  SALIX_HOST_DEVICE std::uint32_t peel(std::uint32_t& n) const {
    const std::uint32_t whole = quotient(n);
    const std::uint32_t rest = n - whole * divisor_;
    n = whole;
    return rest;
  }

 private:
  std::uint32_t divisor_;
  std::uint32_t multiplier_ = 0;
  std::uint32_t shift_ = 0;
};

}  // namespace salix::kernels
