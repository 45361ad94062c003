// What a loader holds and refuses: memory, ends under way, requests that cannot be met.
#include <atomic>
#include <memory_resource>
#include <thread>

#include "engine/error.h"
#include "tests/data/loading/loader_fixture.h"

namespace salix::data {
namespace {

using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

// Counts the blocks that batches hold.
class CountingMemory final : public std::pmr::memory_resource {
 public:
  std::atomic<int> held{0}, most{0};
  int fail_after = 1 << 30;

 private:
  void* do_allocate(std::size_t size_bytes, std::size_t alignment) override {
    if (held >= fail_after) throw std::bad_alloc();
    most = std::max(most.load(), ++held);
    return std::pmr::new_delete_resource()->allocate(size_bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t size_bytes, std::size_t alignment) override {
    --held;
    std::pmr::new_delete_resource()->deallocate(block, size_bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

TEST_F(LoaderTest, HoldsNoMoreBatchesThanPrefetchAllowsAndReusesThem) {
  const auto memory = std::make_shared<CountingMemory>();
  options_.memory = memory;
  options_.workers = 3;
  {
    Loader loader(samples_, reader(), options_);
    for (int number = 0; number < 3; ++number) {
      loader.start_epoch(number);
      std::this_thread::sleep_for(
          std::chrono::milliseconds(50));  // were it unbounded, it would show
      while (loader.next()) {
      }
    }
    // Three arrays per batch: two batches prefetched, one delivered, one of a dropped epoch.
    EXPECT_LE(memory->most, 4 * 3);
    EXPECT_GE(memory->most, 2 * 3);
  }
  EXPECT_EQ(memory->held, 0);
}

TEST_F(LoaderTest, LetsABatchOutliveIt) {
  std::optional<Batch> batch;
  {
    Loader loader(samples_, reader(), options_);
    loader.start_epoch(1);
    batch = loader.next();
  }
  EXPECT_TRUE(std::ranges::equal((*batch)["image"], epoch(options_, 1)[0]["image"]));
}

TEST_F(LoaderTest, SaysWhenThereIsNoMemory) {
  const auto memory = std::make_shared<CountingMemory>();
  memory->fail_after = 3;
  options_.memory = memory;
  for (const int workers : {0, 2}) {
    options_.workers = workers;
    Loader loader(samples_, reader(), options_);
    loader.start_epoch(0);
    EXPECT_THROW(
        {
          std::vector<Batch> kept;
          while (auto batch = loader.next()) kept.push_back(std::move(*batch));
        },
        std::bad_alloc);
  }
}

TEST_F(LoaderTest, EndsWithWorkUnderWay) {
  for (int k = 0; k < 20; ++k) {
    options_.workers = 1 + k % 4;
    Loader loader(samples_, reader(), options_);
    if (k % 5 != 0) loader.start_epoch(k);
    if (k % 3 == 0 && k % 5 != 0) loader.next();
  }
}

TEST_F(LoaderTest, RefusesRequestsThatCannotBeMet) {
  const auto says = [](const char* text) {
    return Throws<InvalidInput>(Property(&InvalidInput::what, HasSubstr(text)));
  };
  EXPECT_THAT(
      [&] {
        Loader({samples_.begin(), samples_.begin() + 3}, reader(), options_);
      },
      says("one batch of 4"));
  EXPECT_THAT([&] { Loader(samples_, reader(), options_).next(); }, says("start_epoch"));
  EXPECT_THAT([&] { Loader(samples_, reader(), options_).start_epoch(0, 6); },
              says("batches 0 to 4"));
  samples_[2].mask.clear();
  EXPECT_THAT([&] { Loader(samples_, reader(), options_); }, says("has no mask"));
  options_.prefetch = 0;
  EXPECT_THAT([&] { Loader(samples_, reader(), options_); }, says("must be positive"));
}

}  // namespace
}  // namespace salix::data
