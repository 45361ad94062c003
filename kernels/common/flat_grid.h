// One thread per piece of work, numbered by 32 bits: how kernels that walk a tensor pack
// by pack number their threads, and turn a number into coordinates without divisions.
#pragma once

#include <cstdint>

#include "engine/error.h"
#include "engine/host_device.h"

namespace salix::kernels {

inline constexpr int kFlatThreads = 256;

// The blocks of kFlatThreads that cover `pieces`. More than 2^31 pieces are 32 GiB in
// packs: refused, because 64-bit index arithmetic would cost every smaller call its speed.
inline unsigned flat_blocks(const char* op, std::int64_t pieces) {
  SALIX_CHECK(pieces < (std::int64_t{1} << 31), op,
              ": at most 2^31 packs of elements fit one launch; got ", pieces);
  return static_cast<unsigned>((pieces + kFlatThreads - 1) / kFlatThreads);
}

// n / divisor and n % divisor for n < 2^31 by one multiplication (Granlund and Montgomery,
// "Division by invariant integers using multiplication", PLDI 1994). A GPU has no divide
// instruction: three 64-bit divisions take as long as the 32 bytes they address.
class Divider {
 public:
  Divider() = default;
  explicit Divider(std::int64_t divisor) : divisor_(static_cast<std::uint32_t>(divisor)) {
    SALIX_ASSERT(divisor > 0 && divisor < (std::int64_t{1} << 31));
    while ((std::int64_t{1} << shift_) < divisor) ++shift_;
    const std::uint64_t excess = (std::uint64_t{1} << shift_) - divisor_;
    magic_ = static_cast<std::uint32_t>((excess << 32) / divisor_ + 1);
  }

  SALIX_HOST_DEVICE std::uint32_t divide(std::uint32_t n) const {
    const auto high = static_cast<std::uint32_t>((std::uint64_t{n} * magic_) >> 32);
    return (high + n) >> shift_;
  }
  // Returns n % divisor and leaves n / divisor in `n`: peels the fastest coordinate off.
  SALIX_HOST_DEVICE std::uint32_t peel(std::uint32_t& n) const {
    const std::uint32_t quotient = divide(n);
    const std::uint32_t remainder = n - quotient * divisor_;
    n = quotient;
    return remainder;
  }

 private:
  std::uint32_t divisor_ = 1;
  std::uint32_t magic_ = 1;
  std::uint32_t shift_ = 0;
};

}  // namespace salix::kernels
