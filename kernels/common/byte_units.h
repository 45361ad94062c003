// Ops that only move elements (concat, slice, permute, ...) move whole units of 1 to 16
// bytes, whatever the element type is: one kernel per unit size instead of one per dtype.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "engine/dtype.h"
#include "kernels/common/pack.h"

namespace salix::kernels {

using Bytes16 = Pack<std::uint64_t, 2>;

// The largest of 1, 2, 4, 8 and 16 that divides all of `bytes` (lengths and addresses).
inline int unit_of(std::initializer_list<std::uint64_t> bytes) {
  std::uint64_t all = 16;
  for (const std::uint64_t part : bytes) all |= part;
  return static_cast<int>(all & (~all + 1));  // the lowest bit that is set anywhere
}
inline std::uint64_t address_of(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// Calls f(TypeTag<Unit>{}) for a type of `unit` bytes.
template <typename F>
void visit_unit(int unit, F&& f) {
  switch (unit) {
    case 1:
      return f(TypeTag<std::uint8_t>{});
    case 2:
      return f(TypeTag<std::uint16_t>{});
    case 4:
      return f(TypeTag<std::uint32_t>{});
    case 8:
      return f(TypeTag<std::uint64_t>{});
    case 16:
      return f(TypeTag<Bytes16>{});
    default:
      throw InternalError("visit_unit: no such unit");
  }
}

}  // namespace salix::kernels
