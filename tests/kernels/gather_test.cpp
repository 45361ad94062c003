#include "layers/functional/gather.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/gather/gather.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape table, index;
  DType index_type;

  Shape out() const {
    std::vector<std::int64_t> sizes(index.begin(), index.end());
    sizes.insert(sizes.end(), table.begin() + 1, table.end());
    return Shape(std::span<const std::int64_t>(sizes));
  }
};

// One row; more rows than indices, so that some are never named; rows of one element, of 16
// bytes, of more than a warp; the relative-position bias of a Swin layer.
const std::vector<Case> kCases{
    {{1, 3}, {5}, DType::kInt32},    {{40, 1}, {7}, DType::kInt64},
    {{6}, {2, 9}, DType::kInt32},    {{5, 2, 4}, {3, 11}, DType::kInt64},
    {{9, 70}, {131}, DType::kInt32}, {{169, 12}, {49, 49}, DType::kInt64}};

// Drawn with repetition, so that rows of the gradient have several sources.
Tensor random_index(Exec& exec, const Case& c) {
  return random_tensor(exec, c.index, 9, 0.0, static_cast<double>(c.table[0]), c.index_type);
}

class Gather : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, Gather, ::testing::ValuesIn(all_targets()), target_name);

TEST_P(Gather, RefusesBadRequests) {
  const Tensor table = random_tensor(exec(), {4, 2}, 1);
  EXPECT_THAT(error_of([&] { gather(table, from(exec(), {1}, {1})); }),
              HasSubstr("index must be int32 or int64; got float32"));
  EXPECT_THAT(error_of([&] {
                gather(random_tensor(exec(), {0, 2}, 1), from(exec(), {1}, {1}));
              }),
              HasSubstr("the table must have at least one row; got shape [0, 2]"));
  Tensor wrong = poisoned(exec(), {3, 1});
  const Tensor index = Tensor::zeros(exec(), {3}, DType::kInt32);
  EXPECT_THAT(
      error_of([&] { kernels::gather(exec(), table.view(), index.view(), wrong.mutable_view()); }),
      HasSubstr("axis 1 of the picked rows must be 2; got shape [3, 1]"));
}

TEST_P(Gather, GuardsItsTable) {
  const Tensor table = from(exec(), {1, 2, 3, 4}, {2, 2});
  const Tensor index = from(exec(), {0, 2, -1}, {3}).to(DType::kInt32);
  if (GetParam() == Target::kCuda) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(close(gather(table, index), std::vector<double>{1, 2, nan, nan, nan, nan},
                      tolerance::exact));
  } else {
    EXPECT_THAT(error_of([&] { gather(table, index); }),
                HasSubstr("gather: an index must be in [0, 2); got 2 at place 1"));
  }
}

TEST_P(Gather, PicksRowsOfEveryDType) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16, DType::kInt64, DType::kUInt8}) {
    for (const Case& c : kCases) {
      const Tensor table = random_tensor(exec(), c.table, 1, -100, 100, dtype);
      const Tensor index = random_index(exec(), c);
      const std::vector<double> values = table.to_vector<double>();
      const std::int64_t columns = table.numel() / c.table[0];
      std::vector<double> expected;
      for (const std::int64_t row : index.to_vector<std::int64_t>()) {
        expected.insert(expected.end(), values.begin() + row * columns,
                        values.begin() + (row + 1) * columns);
      }
      const Tensor y = gather(table, index);
      EXPECT_EQ(y.shape(), c.out());
      EXPECT_TRUE(close(y, expected, tolerance::exact)) << c.table << " " << dtype;
    }
  }
}

TEST_P(Gather, BackwardAddsUpWhatPickedARow) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : kCases) {
      Tensor table = random_leaf(exec(), c.table, 1, dtype);
      const Tensor index = random_index(exec(), c);
      const Tensor dy = random_tensor(exec(), c.out(), 2, dtype);
      backward(gather(table, index), dy);
      const std::vector<double> upstream = dy.to_vector<double>();
      const std::vector<std::int64_t> rows = index.to_vector<std::int64_t>();
      const std::size_t columns = static_cast<std::size_t>(table.numel() / c.table[0]);
      std::vector<double> expected(static_cast<std::size_t>(table.numel()), 0.0);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t k = 0; k < columns; ++k) {
          expected[static_cast<std::size_t>(rows[i]) * columns + k] += upstream[i * columns + k];
        }
      }
      EXPECT_TRUE(close(table.grad(), expected,
                        dtype == DType::kFloat32 ? tolerance::elementwise : tolerance::bfloat16))
          << c.table << " " << dtype;
    }
  }
}

TEST_P(Gather, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const Tensor index = from(exec(), {2, 0, 2, 1, 2, 2}, {2, 3}).to(DType::kInt64);
  const auto pick = [&](const std::vector<Tensor>& in) { return gather(in[0], index); };
  EXPECT_EQ(gradcheck(pick, {random_leaf(exec(), {4, 3}, 1)}), "");
}

TEST_P(Gather, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : kCases) {
    const Tensor table = random_tensor(exec(), c.table, 1), index = random_index(exec(), c);
    const Tensor dy = random_tensor(exec(), c.out(), 2);
    const auto run = [&] {
      Guarded y(exec(), c.out()), dtable(exec(), c.table);
      kernels::gather(exec(), table.view(), index.view(), y.view());
      kernels::gather_backward(exec(), dy.view(), index.view(), dtable.view());
      EXPECT_TRUE(y.intact() && dtable.intact()) << c.table;
      return std::pair{y.tensor(), dtable.tensor()};
    };
    const auto [y1, dtable1] = run();
    const auto [y2, dtable2] = run();
    EXPECT_TRUE(same_bits(y1, y2)) << c.table;
    EXPECT_TRUE(same_bits(dtable1, dtable2)) << c.table;
  }
}

TEST(GatherThreads, GiveEqualBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Case c{{500, 37}, {40, 60}, DType::kInt64};
    Tensor table = random_leaf(exec, c.table, 1, DType::kFloat32);
    const Tensor y = gather(table, random_index(exec, c));
    backward(y, random_tensor(exec, y.shape(), 2));
    return std::vector{y.detach(), table.grad()};
  }));
}

}  // namespace
}  // namespace salix::testing
