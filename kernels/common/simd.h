// Vectors of kLanes floats (GCC's vector extension, which clang has too). Everything here
// and in the files that include it is a template on the vector, so that what one
// instruction set's file makes is never linked into another's.
#pragma once

#include <cstdint>
#include <cstring>

namespace salix::kernels {

template <int kLanes>
struct Simd;

// GCC attaches vector_size to a typedef in all its versions.
// NOLINTBEGIN(modernize-use-using)

template <>
struct Simd<8> {
  typedef float Vec __attribute__((vector_size(32)));
  typedef float Half __attribute__((vector_size(16)));
  typedef double Wide __attribute__((vector_size(32)));  // as many doubles as Half has floats
};

template <>
struct Simd<16> {
  typedef float Vec __attribute__((vector_size(64)));
  typedef float Half __attribute__((vector_size(32)));
  typedef double Wide __attribute__((vector_size(64)));
};
// NOLINTEND(modernize-use-using)

template <typename Vec>
inline Vec load(const float* from) {
  Vec value;
  std::memcpy(&value, from, sizeof(Vec));
  return value;
}

template <typename Vec>
inline void store(float* to, const Vec& value) {
  std::memcpy(to, &value, sizeof(Vec));
}

// The first `count` elements, zeros behind them.
template <typename Vec>
inline Vec load_some(const float* from, std::int64_t count) {
  Vec value{};
  std::memcpy(&value, from, static_cast<std::size_t>(count) * sizeof(float));
  return value;
}

template <typename Vec>
inline void store_some(float* to, const Vec& value, std::int64_t count) {
  std::memcpy(to, &value, static_cast<std::size_t>(count) * sizeof(float));
}

}  // namespace salix::kernels
