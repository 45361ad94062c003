// Element types of tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "engine/error.h"
#include "engine/float16.h"

namespace salix {

enum class DType { kFloat32, kBFloat16, kFloat16, kFloat64, kInt32, kInt64, kUInt8 };

std::size_t size_of(DType dtype);
const char* name_of(DType dtype);  // "float32", "bfloat16", ...
DType dtype_from_name(const std::string& name);
bool is_floating(DType dtype);
std::ostream& operator<<(std::ostream& out, DType dtype);

template <typename T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::kFloat32;
};
template <>
struct DTypeOf<bfloat16> {
  static constexpr DType value = DType::kBFloat16;
};
template <>
struct DTypeOf<float16> {
  static constexpr DType value = DType::kFloat16;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::kFloat64;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::kInt32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::kInt64;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::kUInt8;
};
template <typename T>
inline constexpr DType dtype_of = DTypeOf<T>::value;

// The type in which sums over T are kept: double for double, else float.
template <typename T>
struct AccumulatorOf {
  using type = float;
};
template <>
struct AccumulatorOf<double> {
  using type = double;
};
template <typename T>
using accumulator = typename AccumulatorOf<T>::type;

template <typename T>
struct TypeTag {
  using type = T;
};

// Calls f(TypeTag<T>{}) for the arithmetic type T behind `dtype`; `op` names the
// caller in the error. Float types with CPU kernels: float32, bfloat16, float64.
template <typename F>
decltype(auto) visit_float(const char* op, DType dtype, F&& f) {
  switch (dtype) {
    case DType::kFloat32:
      return f(TypeTag<float>{});
    case DType::kBFloat16:
      return f(TypeTag<bfloat16>{});
    case DType::kFloat64:
      return f(TypeTag<double>{});
    default:
      throw NotSupported(str(op, ": needs float32, bfloat16 or float64; got ", name_of(dtype)));
  }
}

// The same for CUDA kernels: float32 and bfloat16.
template <typename F>
decltype(auto) visit_cuda_float(const char* op, DType dtype, F&& f) {
  switch (dtype) {
    case DType::kFloat32:
      return f(TypeTag<float>{});
    case DType::kBFloat16:
      return f(TypeTag<bfloat16>{});
    default:
      throw NotSupported(
          str(op, ": needs float32 or bfloat16 on this device; got ", name_of(dtype)));
  }
}

// All element types, for kernels that only move bytes or convert.
template <typename F>
decltype(auto) visit_any(DType dtype, F&& f) {
  switch (dtype) {
    case DType::kFloat32:
      return f(TypeTag<float>{});
    case DType::kBFloat16:
      return f(TypeTag<bfloat16>{});
    case DType::kFloat16:
      return f(TypeTag<float16>{});
    case DType::kFloat64:
      return f(TypeTag<double>{});
    case DType::kInt32:
      return f(TypeTag<std::int32_t>{});
    case DType::kInt64:
      return f(TypeTag<std::int64_t>{});
    case DType::kUInt8:
      return f(TypeTag<std::uint8_t>{});
  }
  throw InternalError("visit_any: unknown dtype");
}

}  // namespace salix
