// The strategies: printed learning rates (SALOD, appendix A.3), and the recursion they close.
#include "train/recipes/supervised/strategies.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <numbers>

#include "engine/error.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

double rate(const Strategy& strategy, std::int64_t step, std::int64_t total) {
  return strategy.learning_rate * rate_factor(strategy.schedule, step, total, /*epoch_steps=*/10);
}

// At step 1, 1/4, 1/2, 1/2 + 1, 3/4 (rounded down), total - 1 and total; ten steps per epoch.
TEST(Strategies, PrintedRates) {
  struct Row {
    const char* name;
    std::int64_t total;
    std::array<double, 7> rates;
  };
  const Row rows[] = {
      {"sgd_base", 400, {0.005, 0.005, 0.0005, 0.0005, 5e-05, 5e-05, 5e-05}},
      {"adam_base", 400, {1e-4, 1e-4, 1e-5, 1e-5, 1e-6, 1e-6, 1e-6}},
      {"sgd_poly",
       400,
       {0.00099775, 0.00077189, 0.000535887, 0.000533475, 0.000287175, 4.55141e-06, 0}},
      {"sgd_f3net", 400, {0.00025, 0.025, 0.05, 0.04975, 0.025, 0.00025, 0}},
      {"sgd_pfsnet", 500, {0.0002, 0.025, 0.05, 0.0498, 0.025, 0.0002, 0}},
      {"sgd_menet", 400, {0.000249377, 0.0125935, 0.0249377, 0.024813, 0.0124688, 0.000124688, 0}},
      {"sgd_scfnet",
       690,
       {0.0019072, 0.0584869, 0.036198, 0.0360436, 0.011393, 0.000640382, 0.00064}},
      {"sche_our",
       690,
       {0.0639997, 0.0547721, 0.03232, 0.0321758, 0.00996991, 0.000640328, 0.00064}},
      {"sche_new",
       300,
       {0.0001994, 0.000154378, 0.000107177, 0.000106534, 5.74349e-05, 1.17929e-06, 0}}};
  ASSERT_EQ(std::size(rows), strategies().size());
  for (const Row& row : rows) {
    const Strategy& strategy = strategy_of(row.name);
    EXPECT_EQ(row.total, 10 * strategy.epochs) << row.name;
    const std::int64_t total = row.total;
    const std::int64_t steps[] = {1,         total / 4, total / 2, total / 2 + 1, total * 3 / 4,
                                  total - 1, total};
    for (std::size_t i = 0; i < row.rates.size(); ++i) {
      EXPECT_NEAR(rate(strategy, steps[i], total), row.rates[i], 1e-5 * row.rates[i] + 1e-18)
          << row.name << " at step " << steps[i];
    }
  }
}

TEST(Strategies, EncodersLearnAtATenth) {
  const SupervisedRates rates = supervised_rates(0.05, 0.5);
  EXPECT_DOUBLE_EQ(rates.encoder, 0.0025);
  EXPECT_DOUBLE_EQ(rates.rest, 0.025);
}

// As SALOD computes the rate: each step from the one before.
TEST(Strategies, TheCosineIsThePublishedRecursion) {
  constexpr double kBase = 0.064, kLow = 6.4e-4, kPi = std::numbers::pi;
  for (const char* name : {"sche_our", "sgd_scfnet"}) {
    const Strategy& strategy = strategy_of(name);
    const std::int64_t total = 690, warm = strategy.schedule == Schedule::kCosine ? 0 : 50;
    const auto n = static_cast<double>(total - warm);
    double before = kBase;
    for (std::int64_t step = warm + 1; step <= total; ++step) {
      const auto c = static_cast<double>(step - warm);
      before = std::abs(before - kLow) * (1 + std::cos(kPi * c / n)) /
                   (1 + std::cos(kPi * (c - 1) / n)) +
               kLow;
      EXPECT_NEAR(rate(strategy, step, total), before, 1e-14) << step;
    }
  }
}

TEST(Strategies, AShortRunOnlyWarmsUp) {
  EXPECT_DOUBLE_EQ(rate_factor(Schedule::kWarmCosine, 20, 20, 10), 0.01 + 0.99 * 20 / 50);
  EXPECT_DOUBLE_EQ(rate_factor(Schedule::kWarmCosine, 50, 50, 10), 1);
}

TEST(Strategies, BatchesPerUpdateAreRoundedDown) {
  const std::pair<const char*, int> expected[] = {
      {"sgd_base", 4}, {"sgd_pfsnet", 2}, {"sgd_menet", 3}, {"sche_our", 16}, {"sche_new", 2}};
  for (const auto& [name, batches] : expected) {
    EXPECT_EQ(batches_per_update(strategy_of(name), 8), batches) << name;
  }
  EXPECT_EQ(batches_per_update(strategy_of("sche_new"), 32), 1);
  EXPECT_EQ(strategy_of("sche_new").optimizer, "AdamW");
  EXPECT_EQ(strategy_of("sche_new").weight_decay, 0.05);
  EXPECT_EQ(strategy_of("adam_base").optimizer, "Adam");
}

TEST(Strategies, RefuseBadRequests) {
  EXPECT_THAT(error_of([] { strategy_of("sche_f3net"); }),
              HasSubstr("strategy: must be one of sgd_base, adam_base, sgd_poly, sgd_f3net, "
                        "sgd_pfsnet, sgd_menet, sgd_scfnet, sche_our, sche_new; got 'sche_f3net'"));
  EXPECT_THAT(error_of([] { rate_factor(Schedule::kPoly, 0, 10, 5); }),
              HasSubstr("the step must be in 1..total"));
  EXPECT_THAT(error_of([] { rate_factor(Schedule::kPoly, 11, 10, 5); }),
              HasSubstr("got step 11 of 10, 5 per epoch"));
  EXPECT_THAT(error_of([] { batches_per_update(strategy_of("sche_new"), 0); }),
              HasSubstr("a batch must have samples; got 0"));
}

}  // namespace
}  // namespace salix::testing
