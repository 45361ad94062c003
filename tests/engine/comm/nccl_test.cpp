// NCCL with one rank, all that one GPU allows: making it, its streams and events, and its end.
#include <gtest/gtest.h>

#include <cstring>
#include <stdexcept>

#include "engine/comm/communicator.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

// What NCCL needs of the host's ranks, for the one there is.
class Alone final : public Communicator {
 public:
  int rank() const override { return 0; }
  int ranks() const override { return 1; }
  std::unique_ptr<Pending> start_sum(View) override { throw InvalidInput("not asked of the host"); }
  void all_gather(ConstView, View) override { throw InvalidInput("not asked of the host"); }
  void broadcast(View) override {}
  void all_gather(std::span<const std::byte> bytes, std::span<std::byte> all) override {
    std::memcpy(all.data(), bytes.data(), bytes.size());
  }
  void barrier() override {}
  [[noreturn]] void abort() override { std::terminate(); }
};

class NcclCudaTest : public ::testing::Test {
 protected:
  void SetUp() override {
#ifndef SALIX_WITH_NCCL
    GTEST_SKIP() << "this build has no NCCL";
#endif
    if (cuda_device_count() == 0) GTEST_SKIP() << "no CUDA device on this machine";
    exec = std::make_unique<Exec>(Device{DeviceKind::kCuda, 0});
  }
  std::unique_ptr<Exec> exec;
};

TEST_F(NcclCudaTest, OneRankSumsGathersAndBroadcastsInOrder) {
  const auto comm = make_nccl_communicator(*exec, std::make_unique<Alone>());
  constexpr std::int64_t kCount = std::int64_t{1} << 22;
  for (int round = 0; round < 5; ++round) {
    Tensor values = Tensor::full(*exec, {kCount}, 1);  // just queued when NCCL is asked
    const auto pending = comm->start_sum(values.mutable_view());
    pending->wait();
    values.fill(round);  // just queued behind NCCL
    Tensor all = Tensor::zeros(*exec, {1, kCount});
    comm->all_gather(values.view(), all.mutable_view());
    comm->broadcast(all.mutable_view());
    values.fill(-1);
    EXPECT_EQ(all.to_vector<float>(), std::vector<float>(kCount, static_cast<float>(round)));
  }
  std::vector<double> numbers{1, 2};
  comm->sum(std::span(numbers));
  EXPECT_EQ(numbers, (std::vector<double>{1, 2}));
  EXPECT_NE(error_of([&] {
              Tensor ints = Tensor::zeros(*exec, {1}, DType::kInt64);
              comm->start_sum(ints.mutable_view());
            }).find("float32 or float64; got int64"),
            std::string::npos);
}

TEST_F(NcclCudaTest, AFailureBesideASumEndsIt) {
  Tensor values = Tensor::full(*exec, {1000}, 1);
  EXPECT_THROW(
      {
        const auto comm = make_nccl_communicator(*exec, std::make_unique<Alone>());
        const auto dropped = comm->start_sum(values.mutable_view());
        throw std::runtime_error("something else failed");
      },
      std::runtime_error);
  values.fill(3);
  EXPECT_EQ(values.to_vector<float>(), std::vector<float>(1000, 3.0f));
}

}  // namespace
}  // namespace salix::testing
