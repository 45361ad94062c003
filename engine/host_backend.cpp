// The host's implementation of Backend, for cpu and simt.
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "engine/backend.h"
#include "engine/parallel.h"

namespace salix {
namespace {

constexpr std::size_t kAlignment = 64;                   // one cache line, one AVX-512 register
constexpr std::size_t kHugePage = std::size_t{2} << 20;  // from here on ask for 2 MiB pages
constexpr std::int64_t kGrain = 65536;

// The host has done what it was asked for when it returns.
class ReachedEvent final : public DeviceEvent {
 public:
  bool reached() const override { return true; }
  void wait() override {}
};

class HostBackend final : public Backend {
 public:
  void* do_allocate(std::size_t size_bytes) override {
    const std::size_t alignment = size_bytes >= kHugePage ? kHugePage : kAlignment;
    const std::size_t rounded = (size_bytes + alignment - 1) / alignment * alignment;
    void* pointer = std::aligned_alloc(alignment, rounded);
    // Fewer page faults when a large tensor is first touched; advice only, failure is harmless.
    if (pointer != nullptr && alignment == kHugePage) madvise(pointer, rounded, MADV_HUGEPAGE);
    return pointer;
  }

  void deallocate(void* pointer, std::size_t) noexcept override { std::free(pointer); }
  void do_synchronize() override {}
  std::unique_ptr<DeviceEvent> record_event() override { return std::make_unique<ReachedEvent>(); }

  void do_copy(const void* from, void* to, std::size_t size_bytes) override {
    parallel_for(static_cast<std::int64_t>(size_bytes), kGrain * 4,
                 [&](std::int64_t begin, std::int64_t end) {
                   std::memcpy(static_cast<char*>(to) + begin,
                               static_cast<const char*>(from) + begin,
                               static_cast<std::size_t>(end - begin));
                 });
  }
  void do_copy_from_host(const void* host, void* to, std::size_t size_bytes) override {
    do_copy(host, to, size_bytes);
  }
  void do_copy_to_host(const void* from, void* host, std::size_t size_bytes) override {
    do_copy(from, host, size_bytes);
  }

  void do_fill(void* to, std::int64_t count, DType dtype, double value) override {
    visit_any(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      T* out = static_cast<T*>(to);
      const T element = from_double<T>(value);
      parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) out[i] = element;
      });
    });
  }

  void do_convert(const void* from, DType from_dtype, void* to, DType to_dtype,
                  std::int64_t count) override {
    visit_any(from_dtype, [&](auto from_tag) {
      using From = typename decltype(from_tag)::type;
      visit_any(to_dtype, [&](auto to_tag) {
        using To = typename decltype(to_tag)::type;
        const From* in = static_cast<const From*>(from);
        To* out = static_cast<To*>(to);
        parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) out[i] = convert_element<From, To>(in[i]);
        });
      });
    });
  }

  void do_accumulate(const void* from, void* to, std::int64_t count, DType dtype) override {
    visit_float("accumulate", dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      const T* in = static_cast<const T*>(from);
      T* out = static_cast<T*>(to);
      parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) out[i] = static_cast<T>(out[i] + in[i]);
      });
    });
  }

 private:
  template <typename T>
  static T from_double(double value) {
    if constexpr (dtype_of<T> == DType::kBFloat16 || dtype_of<T> == DType::kFloat16) {
      return T(static_cast<float>(value));
    } else {
      return static_cast<T>(value);
    }
  }

  template <typename From, typename To>
  static To convert_element(From value) {
    if constexpr (dtype_of<To> == DType::kBFloat16 || dtype_of<To> == DType::kFloat16) {
      return To(static_cast<float>(value));
    } else if constexpr (dtype_of<From> == DType::kBFloat16 || dtype_of<From> == DType::kFloat16) {
      return static_cast<To>(static_cast<float>(value));
    } else {
      return static_cast<To>(value);
    }
  }
};

}  // namespace

std::unique_ptr<Backend> make_host_backend() { return std::make_unique<HostBackend>(); }

}  // namespace salix
