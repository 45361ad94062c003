#include "layers/functional/window_attention.h"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/autograd/gradcheck.h"
#include "engine/autograd/tape.h"
#include "tests/support/published_window_attention.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"
#include "tests/support/threads.h"

namespace salix::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  Shape qkv;
  WindowAttentionParams params;
  bool masked;
};

// The networks' window with each head width, shifted and not, several images, a grid that is not
// square; then windows and heads of other sizes.
const std::vector<Case> kCases{
    {{2, 14, 14, 2 * 96}, {.heads = 2}, false},
    {{1, 14, 21, 96}, {.heads = 1, .shift = 3}, false},
    {{2, 14, 14, 2 * 96}, {.heads = 2, .shift = 3}, true},
    {{1, 14, 14, 2 * 48}, {.heads = 2, .shift = 3}, true},
    {{2, 14, 14, 3 * 24}, {.heads = 3, .shift = 3}, true},
    {{1, 7, 7, 24}, {.heads = 1}, true},
    {{1, 16, 16, 2 * 96}, {.heads = 2, .window = 8, .shift = 4}, true},
    {{1, 6, 9, 30}, {.heads = 2, .window = 3, .shift = 1}, true},
    {{2, 4, 4, 12}, {.heads = 4, .window = 2, .shift = 1}, false},
};

class WindowAttention : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, WindowAttention, ::testing::ValuesIn(all_targets()), target_name);

struct Inputs {
  Tensor qkv, bias, saliency, dy;
};

Inputs random_inputs(Exec& exec, const Case& c, DType dtype = DType::kFloat32) {
  const auto& [qkv, p, masked] = c;
  const int offsets = (2 * p.window - 1) * (2 * p.window - 1);
  const DType other = dtype == DType::kFloat64 ? dtype : DType::kFloat32;
  Tensor saliency;
  if (masked) saliency = random_tensor(exec, {qkv[0], qkv[1], qkv[2], 1}, 3, 0, 1, other);
  return {random_tensor(exec, qkv, 1, -2, 2, dtype),
          random_tensor(exec, {offsets, p.heads}, 2, -1, 1, other), saliency,
          random_tensor(exec, {qkv[0], qkv[1], qkv[2], qkv[3] / 3}, 4, dtype)};
}

using Function = Tensor(const Tensor&, const Tensor&, const Tensor&, const WindowAttentionParams&);

// y, dqkv, dbias.
std::vector<Tensor> run(Function* attention, const Inputs& in,
                        const WindowAttentionParams& params) {
  Tensor qkv = in.qkv.clone(), bias = in.bias.clone();
  qkv.set_requires_grad(true);
  bias.set_requires_grad(true);
  const Tensor y = attention(qkv, bias, in.saliency, params);
  backward(y, in.dy);
  return {y.detach(), qkv.grad(), bias.grad()};
}

TEST_P(WindowAttention, RefusesBadRequests) {
  const Inputs in = random_inputs(exec(), kCases[2]);
  const auto error = [&](const Tensor& qkv, const WindowAttentionParams& params) {
    return error_of([&] { window_attention(qkv, in.bias, in.saliency, params); });
  };
  EXPECT_THAT(error(in.bias, {.heads = 2}),
              HasSubstr("window_attention: qkv must be [N,H,W,3C] with positive sizes; got shape"));
  EXPECT_THAT(error(in.qkv, {.heads = 2, .window = 6}),
              HasSubstr("windows of 6 x 6 tokens must fill the grid; got 14 x 14"));
  EXPECT_THAT(error(in.qkv, {.heads = 2, .window = 9}),
              HasSubstr("must be 1 to 8 tokens wide; got 9"));
  EXPECT_THAT(error(in.qkv, {.heads = 2, .shift = 7}),
              HasSubstr("less than the window of 7; got 7"));
  EXPECT_THAT(error(in.qkv, {.heads = 5}), HasSubstr("of 5 heads; got 192 channels"));
  EXPECT_THAT(error(in.qkv, {.heads = 1}),
              HasSubstr("bias must have shape [169, 1]; got [169, 2]"));
  EXPECT_THAT(error_of([&] { window_attention(in.qkv, in.bias, in.bias, {.heads = 2}); }),
              HasSubstr("saliency must be [N,H,W,1] of qkv's grid; got [169, 2]"));
}

// In float64 on the reference: the row selection of the op and the three softmaxes of the
// publication are the same function, gradients included.
TEST(PublishedWindowAttention, IsWhatTheReferenceComputes) {
  Exec exec({}, {.reference = true});
  for (const Case& c : kCases) {
    const Inputs in = random_inputs(exec, c, DType::kFloat64);
    const auto expected = run(published_window_attention, in, c.params);
    const auto actual = run(window_attention, in, c.params);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      EXPECT_TRUE(close(actual[i], expected[i], {1e-12, 1e-11}))
          << "result " << i << " of " << c.qkv;
    }
  }
}

TEST_P(WindowAttention, PassesGradcheck) {
  if (!has_float64()) GTEST_SKIP() << "float64 exists on the cpu only";
  for (const Case& c : {kCases[7], kCases[8]}) {
    const Inputs in = random_inputs(exec(), c, DType::kFloat64);
    const auto attention = [&](const std::vector<Tensor>& x) {
      return window_attention(x[0], x[1], in.saliency, c.params);
    };
    EXPECT_EQ(gradcheck(attention,
                        {random_leaf(exec(), c.qkv, 1), random_leaf(exec(), in.bias.shape(), 2)}),
              "");
  }
}

TEST_P(WindowAttention, AgreesWithTheReference) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const Case& c : kCases) {
      const auto actual = run(window_attention, random_inputs(exec(), c, dtype), c.params);
      const auto expected = run(window_attention, random_inputs(reference(), c, dtype), c.params);
      for (std::size_t i = 0; i < actual.size(); ++i) {
        // dbias adds a window's tokens squared for each of the windows.
        Tolerance allowed = i == 2 ? Tolerance{2e-4, 2e-4} : Tolerance{2e-5, 2e-5};
        if (dtype == DType::kBFloat16)
          allowed = i == 2 ? Tolerance{0.1, 4e-2} : tolerance::bfloat16;
        EXPECT_TRUE(close(actual[i], expected[i], allowed))
            << "result " << i << " of " << c.qkv << " " << dtype;
      }
    }
  }
}

TEST_P(WindowAttention, KeepsWhatIsNoNumber) {
  Inputs in = random_inputs(exec(), kCases[0]);
  std::vector<float> values = in.qkv.to_vector<float>();
  values[0] = std::nanf("");  // a query of the first token
  const Tensor y =
      window_attention(from(exec(), values, in.qkv.shape()), in.bias, {}, {.heads = 2});
  EXPECT_TRUE(std::isnan(y.to_vector<float>().front()));
}

TEST_P(WindowAttention, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : {kCases[1], kCases[2], kCases[4]}) {
    const Inputs in = random_inputs(exec(), c);
    const auto once = [&] {
      const Shape sums = kernels::window_attention_log_sums_shape(c.qkv, c.masked, c.params);
      Guarded y(exec(), in.dy.shape()), log_sums(exec(), sums), dqkv(exec(), c.qkv),
          dbias(exec(), in.bias.shape());
      ConstView saliency;
      if (c.masked) saliency = in.saliency.reshape({c.qkv[0], c.qkv[1], c.qkv[2]}).view();
      kernels::window_attention(exec(),
                                {.qkv = in.qkv.view(),
                                 .bias = in.bias.view(),
                                 .saliency = saliency,
                                 .y = y.view(),
                                 .log_sums = log_sums.view()},
                                c.params);
      kernels::window_attention_backward(exec(),
                                         {.dy = in.dy.view(),
                                          .qkv = in.qkv.view(),
                                          .bias = in.bias.view(),
                                          .saliency = saliency,
                                          .log_sums = log_sums.view(),
                                          .dqkv = dqkv.view(),
                                          .dbias = dbias.view()},
                                         c.params);
      std::vector<Tensor> results;
      for (const Guarded* output : {&y, &log_sums, &dqkv, &dbias}) {
        EXPECT_TRUE(output->intact());
        results.push_back(output->tensor());
      }
      return results;
    };
    const std::vector<Tensor> first = once(), second = once();
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(same_bits(first[i], second[i]));
  }
}

TEST(WindowAttentionThreads, DoNotChangeTheBits) {
  EXPECT_TRUE(same_bits_with_one_or_two_threads([](Exec& exec) {
    const Case c{{3, 28, 28, 96}, {.heads = 4, .shift = 3}, true};
    return run(window_attention, random_inputs(exec, c), c.params);
  }));
}

}  // namespace
}  // namespace salix::testing
