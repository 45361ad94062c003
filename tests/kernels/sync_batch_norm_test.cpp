// Batch norm over the maps of several ranks, beside batch norm over the same maps as one.
#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/tape.h"
#include "layers/functional/batch_norm.h"
#include "layers/functional/concat.h"
#include "layers/functional/slice.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/thread_ranks.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class SyncBatchNorm : public OpTest {
 protected:
  std::function<std::unique_ptr<Exec>()> exec_maker() const {
    return [target = GetParam()] { return make_exec(target); };
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, SyncBatchNorm, ::testing::ValuesIn(all_targets()), target_name);

struct Case {
  Shape shape;
  bool relu, residual;
  double low, high;  // of x
  DType dtype = DType::kFloat32;
};

struct Results {
  Tensor y, dx, dgamma, dbeta, running_mean, running_var, dresidual;
};

// Images [first, first + count) of the case's maps; the statistics are those of exec's Ranks.
Results run(Exec& exec, const Case& c, std::int64_t first, std::int64_t count) {
  const auto part = [&](std::uint64_t seed, double low, double high) {
    Tensor map = slice(random_tensor(exec, c.shape, seed, low, high, c.dtype), 0, first, count);
    map.set_requires_grad(true);
    return map;
  };
  const auto channels = [&](std::uint64_t seed, double low) {
    Tensor vector = random_tensor(exec, {c.shape.dim(-1)}, seed, low, 2.0, c.dtype);
    vector.set_requires_grad(true);
    return vector;
  };
  Tensor x = part(1, c.low, c.high), dy = part(2, -1, 1), residual;
  if (c.residual) residual = part(3, -1, 1);
  Tensor gamma = channels(4, -2), beta = channels(5, -2);
  Tensor mean = channels(6, -2).detach(), var = channels(7, 0.5).detach();
  Tensor y = batch_norm(x, gamma, beta, mean, var, {.training = true, .relu = c.relu}, residual);
  backward(y, dy.detach());
  return {y.detach(),
          x.grad(),
          gamma.grad(),
          beta.grad(),
          mean,
          var,
          c.residual ? residual.grad() : Tensor()};
}

const std::vector<Case> kCases{{{4, 5, 7, 3}, false, false, -1, 3},
                               {{4, 9, 9, 8}, true, false, -1, 3},
                               {{4, 23, 31, 8}, true, true, -1, 3},
                               {{4, 2, 2, 37}, false, true, -1, 3},
                               {{4, 20, 20, 64}, true, true, -1, 3},
                               {{4, 1, 1, 5}, true, false, -1, 3},  // one row on rank 0
                               {{4, 5, 7, 3}, false, false, 1000, 1001}};

// One image here, three there: the counts are no matter of equal parts.
void expect_like_one_map(const std::function<std::unique_ptr<Exec>()>& make, Exec& exec,
                         const Case& c, Tolerance maps, Tolerance sums) {
  const Results whole = run(exec, c, 0, 4);
  std::vector<Results> parts(2);
  ThreadRanks(2).run(make, [&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    own.extension<Ranks>().sync_batch_norm = true;
    const Results here = comm.rank() == 0 ? run(own, c, 0, 1) : run(own, c, 1, 3);
    Results& kept = parts[static_cast<std::size_t>(comm.rank())];
    const auto keep = [&](const Tensor& t) { return t.defined() ? t.to(exec) : Tensor(); };
    kept = {keep(here.y),        keep(here.dx),           keep(here.dgamma),
            keep(here.dbeta),    keep(here.running_mean), keep(here.running_var),
            keep(here.dresidual)};
  });
  const auto joined = [&](Tensor Results::*map) {
    return concat({parts[0].*map, parts[1].*map}, 0);
  };
  EXPECT_TRUE(close(joined(&Results::y), whole.y, maps));
  EXPECT_TRUE(close(joined(&Results::dx), whole.dx, maps));
  if (c.residual) {
    EXPECT_TRUE(close(joined(&Results::dresidual), whole.dresidual, maps));
  }
  const auto added = [&](Tensor Results::*vector) {
    auto sum = parts[0].*vector;
    std::vector<double> values = sum.to_vector<double>();
    const auto other = (parts[1].*vector).to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += other[i];
    return values;
  };
  EXPECT_TRUE(close(whole.dgamma, added(&Results::dgamma), sums));
  EXPECT_TRUE(close(whole.dbeta, added(&Results::dbeta), sums));
  EXPECT_TRUE(same_bits(parts[0].running_mean, parts[1].running_mean));
  EXPECT_TRUE(same_bits(parts[0].running_var, parts[1].running_var));
  EXPECT_TRUE(close(parts[0].running_mean, whole.running_mean, tolerance::elementwise));
  EXPECT_TRUE(close(parts[0].running_var, whole.running_var, tolerance::elementwise));
}

TEST_P(SyncBatchNorm, IsBatchNormOverAllRanksMaps) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(str(c.shape, " relu ", c.relu, " residual ", c.residual, " from ", c.low));
    // Far from zero, x itself has only 2^-14 to be told apart by.
    const Tolerance maps = c.low < 100 ? Tolerance{1e-5, 1e-5} : Tolerance{1e-3, 1e-3};
    const double values = static_cast<double>(c.shape.numel() / c.shape.dim(-1));
    expect_like_one_map(exec_maker(), exec(), c, maps,
                        {c.low < 100 ? 4e-6 * std::sqrt(values) : 1e-2, 1e-5});
  }
}

TEST_P(SyncBatchNorm, IsExactInDouble) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (Case c : kCases) {
    c.dtype = DType::kFloat64;
    SCOPED_TRACE(str(c.shape, " from ", c.low));
    expect_like_one_map(exec_maker(), exec(), c, {1e-10, 1e-10}, {1e-9, 1e-10});
  }
}

TEST_P(SyncBatchNorm, LeavesEvaluationAndOtherRunsAlone) {
  Tensor x = random_tensor(exec(), {2, 3, 3, 4}, 1), ones = Tensor::full(exec(), {4}, 1.0);
  Tensor mean = Tensor::zeros(exec(), {4});
  const Tensor alone = batch_norm(x, ones, mean, mean.clone(), ones.clone(), {});
  ThreadRanks(1).run(exec_maker(), [&](Exec&, Communicator& comm) {
    exec().extension<Ranks>().communicator = &comm;
    const Tensor unsynced = batch_norm(x, ones, mean, mean.clone(), ones.clone(), {});
    exec().extension<Ranks>().sync_batch_norm = true;
    EXPECT_TRUE(same_bits(unsynced, alone));
    EXPECT_TRUE(same_bits(batch_norm(x, ones, mean, mean.clone(), ones.clone(), {}), alone));
  });
}

TEST_P(SyncBatchNorm, RefusesNumbersThatDoNotFit) {
  const Tensor x = random_tensor(exec(), {2, 3, 3, 4}, 1);
  Tensor floats = Tensor::empty(exec(), {4, 3}), few = Tensor::empty(exec(), {3, 3});
  const auto error = [&](Tensor& moments) {
    return error_of(
        [&] { kernels::sync_batch_norm_moments(exec(), x.view(), moments.mutable_view()); });
  };
  EXPECT_THAT(error(floats), HasSubstr("moments must be float64; got float32"));
  EXPECT_THAT(error(few), HasSubstr("moments must have shape [4, 3]; got [3, 3]"));
}

}  // namespace
}  // namespace salix::testing
