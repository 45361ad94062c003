#include "kernels/copy_many/copy_many.h"

#include <gmock/gmock.h>

#include <cstring>

#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class CopyMany : public OpTest {
 protected:
  Tensor table(const std::vector<kernels::CopyEntry>& entries) {
    std::vector<std::uint8_t> bytes(entries.size() * sizeof(kernels::CopyEntry));
    std::memcpy(bytes.data(), entries.data(), bytes.size());
    return Tensor::from_host(exec(), bytes,
                             {static_cast<std::int64_t>(entries.size()),
                              static_cast<std::int64_t>(sizeof(kernels::CopyEntry))});
  }
};
INSTANTIATE_TEST_SUITE_P(Targets, CopyMany, ::testing::ValuesIn(all_targets()), target_name);

// One word, more than a block has threads, and another type; sentinels stand around each.
TEST_P(CopyMany, CopiesEveryEntryAndNothingElse) {
  const Tensor small = random_tensor(exec(), {1}, 1), large = random_tensor(exec(), {1013}, 2);
  const Tensor counter = Tensor::full(exec(), {}, 7, DType::kInt64);
  Guarded a(exec(), {1}), b(exec(), {1013}), c(exec(), {}, DType::kInt64);
  const Tensor entries = table({{small.view().data, a.view().data, 4},
                                {large.view().data, b.view().data, 4052},
                                {counter.view().data, c.view().data, 8}});
  kernels::copy_many(exec(), entries.view(), {});
  EXPECT_TRUE(a.intact() && b.intact() && c.intact());
  EXPECT_TRUE(same_bits(a.tensor(), small));
  EXPECT_TRUE(same_bits(b.tensor(), large));
  EXPECT_TRUE(same_bits(c.tensor(), counter));
}

TEST_P(CopyMany, DoesNothingWhereTheFlagIsZero) {
  const Tensor from = random_tensor(exec(), {300}, 1), before = random_tensor(exec(), {300}, 2);
  Tensor to = before.clone(), flag = Tensor::zeros(exec(), {});
  const Tensor entries = table({{from.view().data, to.mutable_view().data, 1200}});
  kernels::copy_many(exec(), entries.view(), flag.view());
  EXPECT_TRUE(same_bits(to, before));
  flag.fill(1);
  kernels::copy_many(exec(), entries.view(), flag.view());
  EXPECT_TRUE(same_bits(to, from));
}

TEST_P(CopyMany, RefusesWhatIsNoTable) {
  const Tensor floats = random_tensor(exec(), {3, 24}, 1), flags = random_tensor(exec(), {2}, 1);
  const Tensor entries = table({{nullptr, nullptr, 0}});
  EXPECT_THAT(error_of([&] { kernels::copy_many(exec(), floats.view(), {}); }),
              HasSubstr("table must be uint8; got float32"));
  EXPECT_THAT(error_of([&] { kernels::copy_many(exec(), entries.view(), flags.view()); }),
              HasSubstr("only_if must have shape []; got [2]"));
}

}  // namespace
}  // namespace salix::testing
