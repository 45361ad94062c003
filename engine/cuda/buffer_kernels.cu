#include "engine/cuda/buffer_kernels.h"

#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"

namespace salix::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;
// Enough elements per thread for 16-byte access in the 4-byte types that dominate.
constexpr int kPerThread = 4;

template <typename T>
struct alignas(sizeof(T) * kPerThread > 16 ? 16 : sizeof(T) * kPerThread) Group {
  T value[kPerThread];
};

template <typename T>
constexpr bool is_half = sizeof(T) == 2;  // bfloat16 and float16 compute in float

template <typename T>
T element_from(double value) {
  if constexpr (is_half<T>) {
    return T(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}

template <typename To, typename From>
__device__ To converted(From value) {
  if constexpr (is_half<To>) {
    return To(static_cast<float>(value));
  } else if constexpr (is_half<From>) {
    return static_cast<To>(static_cast<float>(value));
  } else {
    return static_cast<To>(value);
  }
}

// How a thread finds its elements: `grouped` when whole aligned groups may be accessed.
struct Extent {
  std::int64_t count;
  bool grouped;
};

template <typename T>
bool is_aligned(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer) % alignof(Group<T>) == 0;
}

template <typename T>
__global__ void fill_kernel(T* to, Extent extent, T value) {
  const std::int64_t first = global_thread() * kPerThread;
  if (extent.grouped && first + kPerThread <= extent.count) {
    Group<T> group;
    for (int k = 0; k < kPerThread; ++k) group.value[k] = value;
    *reinterpret_cast<Group<T>*>(to + first) = group;
    return;
  }
  for (std::int64_t i = first; i < first + kPerThread && i < extent.count; ++i) to[i] = value;
}

template <typename From, typename To>
__global__ void convert_kernel(const From* from, To* to, Extent extent) {
  const std::int64_t first = global_thread() * kPerThread;
  if (extent.grouped && first + kPerThread <= extent.count) {
    const Group<From> in = *reinterpret_cast<const Group<From>*>(from + first);
    Group<To> out;
    for (int k = 0; k < kPerThread; ++k) out.value[k] = converted<To>(in.value[k]);
    *reinterpret_cast<Group<To>*>(to + first) = out;
    return;
  }
  for (std::int64_t i = first; i < first + kPerThread && i < extent.count; ++i) {
    to[i] = converted<To>(from[i]);
  }
}

template <typename T>
__global__ void accumulate_kernel(const T* from, T* to, Extent extent) {
  const std::int64_t first = global_thread() * kPerThread;
  if (extent.grouped && first + kPerThread <= extent.count) {
    const Group<T> in = *reinterpret_cast<const Group<T>*>(from + first);
    Group<T> sum = *reinterpret_cast<const Group<T>*>(to + first);
    for (int k = 0; k < kPerThread; ++k) sum.value[k] = static_cast<T>(sum.value[k] + in.value[k]);
    *reinterpret_cast<Group<T>*>(to + first) = sum;
    return;
  }
  for (std::int64_t i = first; i < first + kPerThread && i < extent.count; ++i) {
    to[i] = static_cast<T>(to[i] + from[i]);
  }
}

LaunchConfig config_for(std::int64_t count) {
  return {blocks_for(count, kThreadsPerBlock * kPerThread), kThreadsPerBlock};
}

}  // namespace

void fill_buffer(const LaunchStream& stream, void* to, std::int64_t count, DType dtype,
                 double value) {
  visit_any(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(stream, config_for(count), fill_kernel<T>, static_cast<T*>(to),
           Extent{count, is_aligned<T>(to)}, element_from<T>(value));
  });
}

void convert_buffer(const LaunchStream& stream, const void* from, DType from_dtype, void* to,
                    DType to_dtype, std::int64_t count) {
  visit_any(from_dtype, [&](auto from_tag) {
    using From = typename decltype(from_tag)::type;
    visit_any(to_dtype, [&](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      launch(stream, config_for(count), convert_kernel<From, To>, static_cast<const From*>(from),
             static_cast<To*>(to), Extent{count, is_aligned<From>(from) && is_aligned<To>(to)});
    });
  });
}

void accumulate_buffer(const LaunchStream& stream, const void* from, void* to, std::int64_t count,
                       DType dtype) {
  visit_float("accumulate", dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(stream, config_for(count), accumulate_kernel<T>, static_cast<const T*>(from),
           static_cast<T*>(to), Extent{count, is_aligned<T>(from) && is_aligned<T>(to)});
  });
}

}  // namespace salix::SALIX_GPU_NAMESPACE
