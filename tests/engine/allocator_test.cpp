#include "engine/allocator.h"

#include <gmock/gmock.h>

#include <cstdint>

#include "engine/error.h"
#include "engine/tensor.h"
#include "tests/support/tensors.h"

namespace salix {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

constexpr std::size_t kMiB = std::size_t{1} << 20;

CachingAllocator make_allocator(std::size_t limit_bytes = 0) {
  return {make_host_backend(), "cpu", limit_bytes};
}

TEST(Allocator, ReusesAFreedBlock) {
  CachingAllocator allocator = make_allocator();
  const auto first = allocator.allocate(1000);
  allocator.deallocate(first);
  EXPECT_EQ(allocator.stats().cached_bytes, first.size_bytes);
  const auto second = allocator.allocate(900);
  EXPECT_EQ(second.pointer, first.pointer);
  EXPECT_EQ(allocator.stats().cached_bytes, 0U);
  allocator.deallocate(second);
}

TEST(Allocator, NeverGivesOneBlockTwice) {
  CachingAllocator allocator = make_allocator();
  const auto a = allocator.allocate(512), b = allocator.allocate(512);
  EXPECT_NE(a.pointer, b.pointer);
  allocator.deallocate(a);
  const auto c = allocator.allocate(512), d = allocator.allocate(512);
  EXPECT_EQ(c.pointer, a.pointer);
  EXPECT_NE(d.pointer, b.pointer);
  EXPECT_NE(d.pointer, c.pointer);
  for (const auto& block : {b, c, d}) allocator.deallocate(block);
}

TEST(Allocator, DoesNotWasteABigBlockOnASmallRequest) {
  CachingAllocator allocator = make_allocator();
  const auto big = allocator.allocate(8 * kMiB);
  allocator.deallocate(big);
  const auto small = allocator.allocate(kMiB);
  EXPECT_NE(small.pointer, big.pointer);
  EXPECT_EQ(allocator.stats().cached_bytes, 8 * kMiB);
  allocator.deallocate(small);
}

TEST(Allocator, AlignsToCacheLines) {
  CachingAllocator allocator = make_allocator();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{513}, 3 * kMiB}) {
    const auto block = allocator.allocate(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block.pointer) % 64, 0U) << size;
    EXPECT_GE(block.size_bytes, size);
    allocator.deallocate(block);
  }
}

TEST(Allocator, TracksUseAndPeak) {
  CachingAllocator allocator = make_allocator();
  const auto a = allocator.allocate(kMiB), b = allocator.allocate(2 * kMiB);
  EXPECT_EQ(allocator.stats().in_use_bytes, 3 * kMiB);
  allocator.deallocate(a);
  EXPECT_EQ(allocator.stats().in_use_bytes, 2 * kMiB);
  EXPECT_EQ(allocator.stats().peak_bytes, 3 * kMiB);
  allocator.reset_peak();
  EXPECT_EQ(allocator.stats().peak_bytes, 2 * kMiB);
  allocator.deallocate(b);
  EXPECT_EQ(allocator.stats().cached_bytes, 3 * kMiB);
  allocator.release_cached();
  EXPECT_EQ(allocator.stats().cached_bytes, 0U);
}

TEST(Allocator, RefusesToPassItsLimit) {
  CachingAllocator allocator = make_allocator(4 * kMiB);
  const auto held = allocator.allocate(3 * kMiB);
  EXPECT_THROW(allocator.allocate(2 * kMiB), OutOfMemory);
  EXPECT_THAT(error_of([&] { allocator.allocate(2 * kMiB); }),
              HasSubstr("out of memory on cpu: asked for 2097152 bytes; 3145728 in use, 0 cached, "
                        "limit 4194304 (0: none); lower the batch or the image size"));
  EXPECT_EQ(allocator.stats().in_use_bytes, 3 * kMiB);  // the failure changed nothing
  allocator.deallocate(held);
}

TEST(Allocator, GivesUpItsCacheBeforeItRefuses) {
  CachingAllocator allocator = make_allocator(4 * kMiB);
  allocator.deallocate(allocator.allocate(3 * kMiB));
  const auto block = allocator.allocate(4 * kMiB);  // 3 cached + 4 would be over the limit
  EXPECT_EQ(allocator.stats().cached_bytes, 0U);
  allocator.deallocate(block);
}

TEST(Allocator, NamesWhatADeviceCannotGive) {
#ifdef SALIX_SANITIZED
  GTEST_SKIP() << "AddressSanitizer ends the process instead of returning nullptr";
#endif
  CachingAllocator allocator = make_allocator();
  EXPECT_THAT(error_of([&] { allocator.allocate(std::size_t{1} << 60); }),
              HasSubstr("asked for 1152921504606846976 bytes"));
}

TEST(Allocator, ServesAnExecsLimit) {
  Exec exec({}, {.memory_limit_bytes = 2 * kMiB});
  const Tensor fits = Tensor::empty(exec, {1024, 256});
  EXPECT_THROW(Tensor::empty(exec, {1024, 512}), OutOfMemory);
}

}  // namespace
}  // namespace salix
