// Ranks over MPI, in host memory. All MPI calls of the process are made by one thread of ours,
// the one that started MPI (MPI_THREAD_FUNNELED): so sums go on during the backward pass
// whatever the library does for progress of its own, and no lock of MPI's is paid for.
#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <vector>

#include "engine/comm/communicator.h"
#include "engine/comm/work_queue.h"

namespace salix {
namespace {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw LibraryError(str("MPI: ", call, " failed: ", text));
}

int count_of(std::int64_t count) {
  SALIX_CHECK(count <= std::numeric_limits<int>::max(),
              "ranks: one message holds 2^31-1 elements; got ", count);
  return static_cast<int>(count);
}

template <typename T>
MPI_Datatype type_of() {
  return sizeof(T) == sizeof(double) ? MPI_DOUBLE : MPI_FLOAT;
}

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    on_thread([this] { start(); });
  }
  ~MpiCommunicator() override {
    queue_.add([] { MPI_Finalize(); }).wait();
  }

  int rank() const override { return rank_; }
  int ranks() const override { return ranks_; }

  std::unique_ptr<Pending> start_sum(View values) override {
    SALIX_CHECK(values.dtype == DType::kFloat32 || values.dtype == DType::kFloat64,
                "ranks: sums are of float32 or float64; got ", values.dtype);
    return std::make_unique<Future>(queue_.add([this, values] {
      if (values.dtype == DType::kFloat32) return sum_elements(values.as<float>(), values.numel());
      sum_elements(values.as<double>(), values.numel());
    }));
  }
  void all_gather(ConstView values, View all) override {
    all_gather({static_cast<const std::byte*>(values.data), values.size_bytes()},
               {static_cast<std::byte*>(all.data), all.size_bytes()});
  }
  void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) override {
    SALIX_CHECK(all.size() == bytes.size() * static_cast<std::size_t>(ranks_), "ranks: gathering ",
                bytes.size(), " bytes from ", ranks_, " ranks needs room for all; got ",
                all.size());
    const int count = count_of(static_cast<std::int64_t>(bytes.size()));
    on_thread([&] {
      MPI_Request request;
      check(MPI_Iallgather(bytes.data(), count, MPI_BYTE, all.data(), count, MPI_BYTE,
                           MPI_COMM_WORLD, &request),
            "MPI_Iallgather");
      complete(request);
    });
  }
  void broadcast(View values) override {
    const int count = count_of(static_cast<std::int64_t>(values.size_bytes()));
    on_thread([&] {
      MPI_Request request;
      check(MPI_Ibcast(values.data, count, MPI_BYTE, 0, MPI_COMM_WORLD, &request), "MPI_Ibcast");
      complete(request);
    });
  }
  void barrier() override {
    on_thread([this] {
      MPI_Request request;
      check(MPI_Ibarrier(MPI_COMM_WORLD, &request), "MPI_Ibarrier");
      complete(request);
    });
  }
  [[noreturn]] void abort() override {
    aborting_ = true;  // work that waits for other ranks sees it and calls MPI_Abort
    queue_.add([this] { abort_if_asked(); });
    while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
  }

 private:
  struct Future final : Pending {
    explicit Future(std::future<void> future) : done(std::move(future)) {}
    void wait() override { done.get(); }
    std::future<void> done;
  };

  template <typename Work>
  void on_thread(const Work& work) {
    queue_.add(work).get();
  }

  void start() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &ranks_), "MPI_Comm_size");
    SALIX_CHECK(provided >= MPI_THREAD_FUNNELED,
                "MPI: this library does not work in a process of several threads");
  }

  void abort_if_asked() const {
    if (aborting_) MPI_Abort(MPI_COMM_WORLD, 1);
  }

  // Polls, first eagerly, then sleeping: MPI_Wait would keep a core from the computation for as
  // long as another rank is late. 20 us of sleep are 1 % of what 16 MiB take on 10 Gbit/s.
  void complete(MPI_Request& request) {
    constexpr int kEagerPolls = 200;
    for (int polls = 0;; ++polls) {
      int done = 0;
      check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
      if (done != 0) return;
      abort_if_asked();
      if (polls < kEagerPolls) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      }
    }
  }

  // Each rank adds up one part of the elements, in the order of the ranks, and hands its sums
  // to all. MPI_Allreduce moves as many bytes, in an order that the library chooses.
  template <typename T>
  void sum_elements(T* values, std::int64_t count) {
    std::vector<int> counts, offsets;
    for (int k = 0; k < ranks_; ++k) {
      offsets.push_back(count_of(count * k / ranks_));
      counts.push_back(count_of(count * (k + 1) / ranks_) - offsets.back());
    }
    const int own = counts[static_cast<std::size_t>(rank_)];
    T* const sums = values + offsets[static_cast<std::size_t>(rank_)];
    std::vector<int> part_counts(counts.size(), own), part_offsets;
    for (int k = 0; k < ranks_; ++k) part_offsets.push_back(k * own);
    std::vector<T> parts(static_cast<std::size_t>(own) * counts.size());

    MPI_Request request;
    check(MPI_Ialltoallv(values, counts.data(), offsets.data(), type_of<T>(), parts.data(),
                         part_counts.data(), part_offsets.data(), type_of<T>(), MPI_COMM_WORLD,
                         &request),
          "MPI_Ialltoallv");
    complete(request);
    std::copy_n(parts.begin(), own, sums);
    for (int k = 1; k < ranks_; ++k) {
      const T* part = parts.data() + part_offsets[static_cast<std::size_t>(k)];
      for (int i = 0; i < own; ++i) sums[i] += part[i];
    }
    check(MPI_Iallgatherv(MPI_IN_PLACE, 0, type_of<T>(), values, counts.data(), offsets.data(),
                          type_of<T>(), MPI_COMM_WORLD, &request),
          "MPI_Iallgatherv");
    complete(request);
  }

  int rank_ = 0, ranks_ = 1;
  std::atomic<bool> aborting_ = false;
  WorkQueue queue_;  // last: its thread uses the rest
};

}  // namespace

std::unique_ptr<Communicator> make_mpi_communicator() {
  return std::make_unique<MpiCommunicator>();
}

}  // namespace salix
