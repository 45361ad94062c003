#include "engine/shape.h"

#include <gmock/gmock.h>

#include "tests/support/tensors.h"

namespace salix {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape{}.rank(), 0);
  EXPECT_EQ(Shape{}.numel(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).numel(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).numel(), 0);
}

TEST(Shape, CountsNegativeAxesFromTheLast) {
  const Shape shape{2, 3, 4};
  EXPECT_EQ(shape.dim(0), 2);
  EXPECT_EQ(shape[-1], 4);
  EXPECT_EQ(shape.normalize_axis(-3), 0);
  EXPECT_THAT(error_of([&] { shape.dim(3); }), HasSubstr("axis 3 is outside [2, 3, 4]"));
  EXPECT_THAT(error_of([&] { shape.dim(-4); }), HasSubstr("axis -4 is outside [2, 3, 4]"));
  EXPECT_THAT(error_of([] { Shape{}.dim(0); }), HasSubstr("axis 0 is outside []"));
}

TEST(Shape, ReplacesOneSize) {
  EXPECT_EQ((Shape{2, 3}).with(-1, 5), (Shape{2, 5}));
  EXPECT_THAT(error_of([] { Shape{2, 3}.with(0, -1); }), HasSubstr("must not be negative; got -1"));
}

TEST(Shape, ComparesRankAndSizes) {
  EXPECT_EQ((Shape{2, 3}), (Shape{2, 3}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{3, 2}));
  EXPECT_FALSE((Shape{2, 3}) == (Shape{2, 3, 1}));
}

TEST(Shape, RefusesWhatCannotBe) {
  EXPECT_THAT(error_of([] { Shape{2, -3}; }), HasSubstr("must not be negative; got -3 for axis 1"));
  EXPECT_THAT(error_of([] { Shape{1, 1, 1, 1, 1, 1, 1}; }), HasSubstr("at most 6 axes; got 7"));
  const std::int64_t big = std::int64_t{1} << 31;
  EXPECT_THAT(error_of([&] { Shape{big, big}; }), HasSubstr("more elements than 64 bits"));
  // Zero elements in all, but a walk over the other axes would overflow.
  EXPECT_THAT(error_of([&] { Shape{0, big, big}; }), HasSubstr("more elements than 64 bits"));
}

TEST(Shape, PrintsItsSizes) {
  EXPECT_EQ((Shape{2, 3, 4}).to_string(), "[2, 3, 4]");
  EXPECT_EQ(Shape{}.to_string(), "[]");
}

}  // namespace
}  // namespace salix
