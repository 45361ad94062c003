#include "train/inference/embedding_segments.h"

#include <gmock/gmock.h>

#include <set>

#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

// Two halves of opposite directions: no cluster reaches over the middle.
TEST(EmbeddingSegments, PartWhereDirectionsPart) {
  constexpr int kSide = 12;
  HostValues embedding{{1, kSide, kSide, 3}, {}};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float side = x < 7 ? 1.0f : -1.0f;
      embedding.values.insert(embedding.values.end(), {5 * side, side, 0});
    }
  }
  const std::vector<std::int32_t> ids = embedding_segments(embedding);
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(kSide * kSide));
  std::set<std::int32_t> left, right;
  for (std::size_t i = 0; i < ids.size(); ++i) (i % kSide < 7 ? left : right).insert(ids[i]);
  for (const std::int32_t id : left) EXPECT_EQ(right.count(id), 0u) << id;
  EXPECT_GT(left.size() + right.size(), 2u);
}

TEST(EmbeddingSegments, RefuseABatch) {
  EXPECT_THAT(error_of([] {
                embedding_segments({{2, 4, 4, 3}, std::vector<float>(96)});
              }),
              HasSubstr("must be [1,h,w,C]; got [2, 4, 4, 3]"));
}

}  // namespace
}  // namespace salix::testing
