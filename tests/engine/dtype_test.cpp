#include "engine/dtype.h"

#include <gmock/gmock.h>

#include "tests/support/tensors.h"

namespace salix {
namespace {

using testing::error_of;
using ::testing::HasSubstr;

constexpr DType kAll[] = {DType::kFloat32, DType::kBFloat16, DType::kFloat16, DType::kFloat64,
                          DType::kInt32,   DType::kInt64,    DType::kUInt8};

TEST(DType, NamesReadBack) {
  for (const DType dtype : kAll) EXPECT_EQ(dtype_from_name(name_of(dtype)), dtype);
  EXPECT_EQ(dtype_from_name("bf16"), DType::kBFloat16);
  EXPECT_THAT(error_of([] { dtype_from_name("float8"); }), HasSubstr("got 'float8'"));
}

TEST(DType, SizesAreThoseOfTheTypes) {
  for (const DType dtype : kAll) {
    visit_any(dtype, [&](auto tag) {
      using T = typename decltype(tag)::type;
      EXPECT_EQ(size_of(dtype), sizeof(T)) << dtype;
      EXPECT_EQ(dtype_of<T>, dtype);
    });
  }
}

TEST(DType, KnowsTheFloatingOnes) {
  for (const DType dtype : kAll) {
    const bool expected =
        dtype != DType::kInt32 && dtype != DType::kInt64 && dtype != DType::kUInt8;
    EXPECT_EQ(is_floating(dtype), expected) << dtype;
  }
}

TEST(DType, VisitorsNameTheOpTheyRefuse) {
  const auto nothing = [](auto) {};
  EXPECT_THAT(error_of([&] { visit_float("frob", DType::kFloat16, nothing); }),
              HasSubstr("frob: needs float32, bfloat16 or float64; got float16"));
  EXPECT_THAT(error_of([&] { visit_cuda_float("frob", DType::kFloat64, nothing); }),
              HasSubstr("frob: needs float32 or bfloat16 on this device; got float64"));
}

}  // namespace
}  // namespace salix
