#include "layers/functional/upsampled_conv2d.h"

#include <gmock/gmock.h>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "kernels/upsampled_conv2d/upsampled_conv2d.h"
#include "layers/functional/concat.h"
#include "layers/functional/conv2d.h"
#include "layers/functional/resize_bilinear.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

class UpsampledConv2d : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, UpsampledConv2d, ::testing::ValuesIn(all_targets()), target_name);

// What the op promises to equal: enlarge, concatenate, convolve.
Tensor the_long_way(const std::vector<Tensor>& maps, const Tensor& weight, const Tensor& bias,
                    std::int64_t height, std::int64_t width, bool align_corners) {
  std::vector<Tensor> enlarged;
  for (const Tensor& map : maps) {
    enlarged.push_back(resize_bilinear(map, height, width, {.align_corners = align_corners}));
  }
  return conv2d(concat(enlarged, 3), weight, bias,
                {.padding = static_cast<int>(weight.dim(1) / 2)});
}

TEST_P(UpsampledConv2d, RefusesBadRequests) {
  const Tensor map = random_tensor(exec(), {1, 2, 2, 3}, 1);
  const Tensor weight = random_tensor(exec(), {4, 3, 3, 5}, 2);
  EXPECT_THAT(error_of([&] { upsampled_conv2d({map}, weight, {}, 4, 4); }),
              HasSubstr("the maps have 3 channels together, the weight [4, 3, 3, 5] reads 5"));
  const Tensor even = random_tensor(exec(), {4, 2, 2, 3}, 2);
  EXPECT_THAT(error_of([&] { upsampled_conv2d({map}, even, {}, 4, 4); }), HasSubstr("with K odd"));
  Tensor y = poisoned(exec(), {1, 4, 4, 4});
  EXPECT_THAT(
      error_of([&] { kernels::upsample_taps(exec(), map.view(), {}, y.mutable_view(), {}); }),
      HasSubstr("needs [N,h,w,K*K*O]"));
}

TEST_P(UpsampledConv2d, EqualsEnlargingFirst) {
  for (const bool align_corners : {true, false}) {
    for (const std::int64_t kernel : {1, 3, 5}) {
      const std::vector<Tensor> maps{random_tensor(exec(), {2, 3, 5, 4}, 1),
                                     random_tensor(exec(), {2, 2, 1, 3}, 2),
                                     random_tensor(exec(), {2, 9, 7, 1}, 3)};
      const Tensor weight = random_tensor(exec(), {6, kernel, kernel, 8}, 4);
      const Tensor bias = random_tensor(exec(), {6}, 5);
      const Tensor y = upsampled_conv2d(maps, weight, bias, 9, 8, {align_corners});
      const Tensor expected = the_long_way(maps, weight, bias, 9, 8, align_corners);
      EXPECT_TRUE(
          close(y, expected, tolerance::reduction(8 * kernel * kernel, 8.0 * kernel * kernel)))
          << kernel << " " << align_corners;
    }
  }
}

TEST_P(UpsampledConv2d, GradientsEqualEnlargingFirst) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto gradients = [&](auto&& function) {
    const std::vector<Tensor> leaves{
        random_leaf(exec(), {2, 3, 5, 4}, 1), random_leaf(exec(), {2, 2, 1, 3}, 2),
        random_leaf(exec(), {6, 3, 3, 7}, 4), random_leaf(exec(), {6}, 5)};
    const Tensor y = function({leaves[0], leaves[1]}, leaves[2], leaves[3]);
    backward(y, random_tensor(exec(), y.shape(), 9, DType::kFloat64));
    return leaves;
  };
  const auto direct =
      gradients([](const std::vector<Tensor>& maps, const Tensor& w, const Tensor& b) {
        return upsampled_conv2d(maps, w, b, 11, 8, {.align_corners = true});
      });
  const auto expected =
      gradients([](const std::vector<Tensor>& maps, const Tensor& w, const Tensor& b) {
        return the_long_way(maps, w, b, 11, 8, true);
      });
  for (std::size_t i = 0; i < direct.size(); ++i) {
    EXPECT_TRUE(close(direct[i].grad(), expected[i].grad(), {1e-12, 1e-10})) << "leaf " << i;
  }
}

TEST_P(UpsampledConv2d, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  const auto function = [](const std::vector<Tensor>& in) {
    return upsampled_conv2d({in[0], in[1]}, in[2], in[3], 5, 6, {.align_corners = false});
  };
  EXPECT_EQ(gradcheck(function,
                      {random_leaf(exec(), {1, 2, 3, 2}, 1), random_leaf(exec(), {1, 1, 2, 1}, 2),
                       random_leaf(exec(), {2, 3, 3, 3}, 3), random_leaf(exec(), {2}, 4)}),
            "");
}

// a2s's fusion at a small size, and one with packed channels, on every device.
TEST_P(UpsampledConv2d, TapsAgreeWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const bool accumulate : {false, true}) {
      const kernels::UpsampleTapsParams params{3, true, accumulate};
      const Tensor t = random_tensor(exec(), {2, 5, 4, 9 * 16}, 1, dtype);
      const Tensor bias = random_tensor(exec(), {16}, 2, dtype);
      const auto run = [&](Exec& device) {
        Tensor y = random_tensor(device, {2, 17, 19, 16}, 3, dtype);
        Tensor dt = poisoned(device, t.shape(), dtype);
        const Tensor dy = random_tensor(device, y.shape(), 4, dtype);
        kernels::upsample_taps(device, t.to(device).view(), bias.to(device).view(),
                               y.mutable_view(), params);
        kernels::upsample_taps_backward(device, dy.view(), dt.mutable_view(), params);
        return std::pair{y, dt};
      };
      const auto [y, dt] = run(exec());
      const auto [expected_y, expected_dt] = run(reference());
      const bool is_float = dtype == DType::kFloat32;
      EXPECT_TRUE(
          close(y, expected_y, is_float ? tolerance::reduction(36, 40) : tolerance::bfloat16));
      EXPECT_TRUE(
          close(dt, expected_dt, is_float ? tolerance::reduction(64, 40) : tolerance::bfloat16));
    }
  }
}

TEST_P(UpsampledConv2d, RepeatsToTheBitAndStaysInItsBuffers) {
  const Tensor t = random_tensor(exec(), {1, 5, 3, 9 * 5}, 1),
               dy = random_tensor(exec(), {1, 13, 11, 5}, 2);
  const auto run = [&] {
    Guarded y(exec(), dy.shape()), dt(exec(), t.shape());
    kernels::upsample_taps(exec(), t.view(), {}, y.view(), {});
    kernels::upsample_taps_backward(exec(), dy.view(), dt.view(), {});
    EXPECT_TRUE(y.intact() && dt.intact());
    return std::pair{y.tensor(), dt.tensor()};
  };
  const auto [y1, dt1] = run();
  const auto [y2, dt2] = run();
  EXPECT_TRUE(same_bits(y1, y2));
  EXPECT_TRUE(same_bits(dt1, dt2));
}

}  // namespace
}  // namespace salix::testing
