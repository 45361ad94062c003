#include "tests/support/thread_ranks.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <thread>

namespace salix::testing {
namespace {

template <typename T>
void add(std::span<std::byte> to, std::span<const std::byte> from) {
  auto* sums = reinterpret_cast<T*>(to.data());
  const auto* values = reinterpret_cast<const T*>(from.data());
  for (std::size_t i = 0; i < to.size() / sizeof(T); ++i) sums[i] += values[i];
}

}  // namespace

class ThreadRanks::Rank final : public Communicator {
 public:
  Rank(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}

  int rank() const override { return rank_; }
  int ranks() const override { return all_.ranks(); }

  std::unique_ptr<Pending> start_sum(View values) override {
    auto sum = std::make_unique<Sum>();
    sum->to = bytes_of(values);
    std::vector<std::byte> all(sum->to.size() * static_cast<std::size_t>(ranks()));
    all_gather(sum->to, all);
    sum->bytes.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(sum->to.size()));
    for (std::size_t at = sum->to.size(); at < all.size(); at += sum->to.size()) {
      const auto part = std::span(all).subspan(at, sum->to.size());
      values.dtype == DType::kFloat32 ? add<float>(sum->bytes, part)
                                      : add<double>(sum->bytes, part);
    }
    return sum;
  }
  void all_gather(ConstView values, View all) override {
    all_gather(std::span(static_cast<const std::byte*>(values.data), values.size_bytes()),
               bytes_of(all));
  }
  void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) override {
    all_.sent_[static_cast<std::size_t>(rank_)] = bytes;
    barrier();
    for (const auto& part : all_.sent_) {
      std::memcpy(all.data(), part.data(), part.size());
      all = all.subspan(part.size());
    }
    barrier();
  }
  void broadcast(View values) override {
    const std::span<std::byte> mine = bytes_of(values);
    all_.sent_[static_cast<std::size_t>(rank_)] = mine;
    barrier();
    if (rank_ != 0) std::ranges::copy(all_.sent_[0], mine.begin());
    barrier();
  }
  void barrier() override { all_.meeting_.arrive_and_wait(); }
  [[noreturn]] void abort() override { std::terminate(); }

 private:
  struct Sum final : Pending {
    void wait() override { std::ranges::copy(bytes, to.begin()); }
    std::vector<std::byte> bytes;
    std::span<std::byte> to;
  };

  static std::span<std::byte> bytes_of(const View& view) {
    return {static_cast<std::byte*>(view.data), view.size_bytes()};
  }

  ThreadRanks& all_;
  int rank_;
};

void ThreadRanks::run(const std::function<void(Exec&, Communicator&)>& body) {
  run([] { return std::make_unique<Exec>(Device{}, ExecOptions{.threads = 1}); }, body);
}

void ThreadRanks::run(const std::function<std::unique_ptr<Exec>()>& make_exec,
                      const std::function<void(Exec&, Communicator&)>& body) {
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks(); ++rank) {
    threads.emplace_back([&, rank] {
      try {
        const std::unique_ptr<Exec> exec = make_exec();
        Rank communicator(*this, rank);
        body(*exec, communicator);
      } catch (const std::exception& error) {  // the other ranks would wait for ever
        std::fprintf(stderr, "rank %d: %s\n", rank, error.what());
        std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace salix::testing
