// N neighbouring elements that are loaded and stored as one: 16-byte access is what
// reaches the full memory bandwidth on a GPU, and channels-last data offers it along C.
#pragma once

#include <cstdint>

namespace salix::kernels {

template <typename T, int N>
struct alignas(sizeof(T) * N) Pack {
  T value[N];
};

// Elements per 16-byte access.
template <typename T>
inline constexpr int kPackWidth = static_cast<int>(16 / sizeof(T));

// Whether rows of `channels` elements can be read in packs (tensors start aligned).
template <typename T>
inline bool packs_fit(std::int64_t channels) {
  return channels % kPackWidth<T> == 0;
}

}  // namespace salix::kernels
