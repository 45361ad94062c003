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
  Rank(ThreadRanks& all, Exec& exec, int rank) : all_(all), exec_(exec), rank_(rank) {}

  int rank() const override { return rank_; }
  int ranks() const override { return all_.ranks(); }

  std::unique_ptr<Pending> start_sum(View values) override {
    const std::vector<std::byte> mine = fetch(values);
    std::vector<std::byte> all(mine.size() * static_cast<std::size_t>(ranks()));
    all_gather(mine, all);
    auto sum = std::make_unique<Sum>(exec_, values);
    sum->bytes.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(mine.size()));
    for (std::size_t at = mine.size(); at < all.size(); at += mine.size()) {
      const auto part = std::span(all).subspan(at, mine.size());
      values.dtype == DType::kFloat32 ? add<float>(sum->bytes, part)
                                      : add<double>(sum->bytes, part);
    }
    return sum;
  }
  void all_gather(ConstView values, View all) override {
    std::vector<std::byte> gathered(all.size_bytes());
    all_gather(fetch(values), gathered);
    put(exec_, gathered, all);
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
    const std::vector<std::byte> mine = fetch(values);
    all_.sent_[static_cast<std::size_t>(rank_)] = mine;
    barrier();
    if (rank_ != 0) put(exec_, all_.sent_[0], values);
    barrier();
  }
  void barrier() override { all_.meeting_.arrive_and_wait(); }
  [[noreturn]] void abort() override { std::terminate(); }

 private:
  struct Sum final : Pending {
    Sum(Exec& on, View values) : exec(on), to(values) {}
    void wait() override { put(exec, bytes, to); }
    Exec& exec;
    std::vector<std::byte> bytes;
    View to;
  };

  // Views lie on the Exec's device, and the ranks meet on the host.
  std::vector<std::byte> fetch(const ConstView& view) {
    std::vector<std::byte> bytes(view.size_bytes());
    exec_.backend().copy_to_host(view.data, bytes.data(), bytes.size());
    return bytes;
  }
  static void put(Exec& exec, std::span<const std::byte> bytes, const View& view) {
    exec.backend().copy_from_host(bytes.data(), view.data, bytes.size());
    exec.synchronize();
  }

  ThreadRanks& all_;
  Exec& exec_;
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
        Rank communicator(*this, *exec, rank);
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
