// What ranks say to each other, over MPI: this program starts itself again under mpirun.
#include "engine/comm/communicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/mpirun.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"

namespace salix::testing {
namespace {

// What any communicator of any number of ranks must do.
void check(Exec& exec, Communicator& comm) {
  const int rank = comm.rank(), ranks = comm.ranks();
  ASSERT_TRUE(rank >= 0 && rank < ranks);

  // 1 + 2^-24 is 1 in float, so the order of the sums shows: ((1 + e) + e) + ... is 1, and any
  // order that joins two e first is more.
  for (const std::int64_t count : {1, 2, 1001}) {
    Tensor floats = Tensor::full(exec, {count}, rank == 0 ? 1.0 : 0x1p-24);
    Tensor doubles = Tensor::full(exec, {count}, rank + 0.5, DType::kFloat64);
    const auto pending = comm.start_sum(floats.mutable_view());
    comm.sum(doubles.mutable_view());
    pending->wait();
    EXPECT_EQ(floats.to_vector<float>(), std::vector<float>(static_cast<std::size_t>(count), 1.0f));
    EXPECT_EQ(doubles.to_vector<double>(),
              std::vector<double>(static_cast<std::size_t>(count), ranks * ranks / 2.0));
  }

  Tensor mine = Tensor::full(exec, {2}, rank, DType::kInt64);
  Tensor all = Tensor::zeros(exec, {ranks, 2}, DType::kInt64);
  comm.all_gather(mine.view(), all.mutable_view());
  for (int k = 0; k < ranks; ++k) {
    EXPECT_EQ(all.to_vector<std::int64_t>()[static_cast<std::size_t>(2 * k + 1)], k);
  }
  mine.fill(rank + 7);
  comm.broadcast(mine.mutable_view());
  EXPECT_EQ(mine.to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 7}));
  std::vector<double> numbers{1.0, static_cast<double>(rank)};
  comm.sum(std::span(numbers));
  EXPECT_EQ(numbers, (std::vector<double>{1.0 * ranks, ranks * (ranks - 1) / 2.0}));
  comm.barrier();
}

TEST(Communicator, ThreadsAsRanks) {
  for (const int ranks : {1, 2, 3}) ThreadRanks(ranks).run(check);
}

TEST(Communicator, AloneWithoutALauncher) {
  if (launched_ranks() > 1) GTEST_SKIP() << "started by mpirun";
  Exec exec;
  EXPECT_EQ(make_communicator(exec), nullptr);
  EXPECT_EQ(launched_local_rank(), 0);
}

// Runs among the ranks that the tests below start.
TEST(RankOfMpi, DoesWhatAllCommunicatorsDo) {
  if (launched_ranks() == 1) GTEST_SKIP() << "for mpirun only";
  Exec exec({}, {.threads = 1});
  const auto comm = make_communicator(exec);
  ASSERT_NE(comm, nullptr);
  check(exec, *comm);
}

TEST(RankOfMpi, EndsAllWhenOneAborts) {
  if (launched_ranks() == 1) GTEST_SKIP() << "for mpirun only";
  Exec exec({}, {.threads = 1});
  const auto comm = make_communicator(exec);
  if (comm->rank() == 1) comm->abort();
  comm->barrier();  // would wait for ever
  FAIL() << "the barrier came to an end without rank 1";
}

// This program again, for one of the tests above.
std::vector<std::string> command(const char* test) {
  return {std::filesystem::read_symlink("/proc/self/exe").string(),
          std::string("--gtest_filter=RankOfMpi.") + test, "--gtest_color=no"};
}

TEST(Communicator, MpiAsRanks) {
  SALIX_SKIP_WITHOUT_MPIRUN();
  for (const int ranks : {2, 3}) {
    const Mpirun run(ranks, command("DoesWhat*"));
    EXPECT_EQ(run.code(), 0) << run.output();
    EXPECT_THAT(run.output(), ::testing::HasSubstr("[  PASSED  ] 1 test"));
  }
}

TEST(Communicator, ARankThatFailsEndsTheOthers) {
  SALIX_SKIP_WITHOUT_MPIRUN();
  const Mpirun run(2, command("EndsAll*"));
  EXPECT_EQ(run.code(), 1) << run.output();
  EXPECT_THAT(run.output(), ::testing::Not(::testing::HasSubstr("came to an end")));
}

}  // namespace
}  // namespace salix::testing
