// What is special to the GPU kernels of window attention: one kernel per head width and type, tiles
// that are only partly filled, and blocks with a list of windows. What holds on every device is in
// window_attention_test.cpp.
#include "engine/autograd/tape.h"
#include "layers/functional/window_attention.h"
#include "tests/support/targets.h"
#include "tests/support/tensors.h"

namespace salix::testing {
namespace {

class WindowAttentionGpu : public OpTest {};
INSTANTIATE_TEST_SUITE_P(Targets, WindowAttentionGpu,
                         ::testing::Values(Target::kSimt, Target::kCuda), target_name);

struct Case {
  Shape grid;  // [N,H,W]
  int heads, head_width, window, shift;
  bool masked = false;
  DType dtype = DType::kFloat32;

  std::int64_t channels() const { return std::int64_t{heads} * head_width; }
  std::int64_t offsets() const { return std::int64_t{2 * window - 1} * (2 * window - 1); }
  WindowAttentionParams params() const {
    return {.heads = heads, .window = window, .shift = shift};
  }
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.grid << ", " << c.heads << " heads of " << c.head_width << ", window " << c.window
             << ", shift " << c.shift << (c.masked ? ", masked, " : ", ") << c.dtype;
}

struct Inputs {
  Tensor qkv, bias, saliency, dy;
};

// Scores of some -5 to 5, so that a softmax is neither flat nor one-hot.
Inputs random_inputs(Exec& exec, const Case& c) {
  const std::int64_t n = c.grid[0], h = c.grid[1], w = c.grid[2];
  return {random_tensor(exec, {n, h, w, 3 * c.channels()}, 1, -2, 2, c.dtype),
          random_tensor(exec, {c.offsets(), c.heads}, 2, -2, 2),
          c.masked ? random_tensor(exec, {n, h, w, 1}, 3, 0, 1) : Tensor(),
          random_tensor(exec, {n, h, w, c.channels()}, 4, c.dtype)};
}

// y, dqkv, dbias.
std::vector<Tensor> run(Exec& exec, const Case& c) {
  Inputs in = random_inputs(exec, c);
  in.qkv.set_requires_grad(true);
  in.bias.set_requires_grad(true);
  const Tensor y = window_attention(in.qkv, in.bias, in.saliency, c.params());
  backward(y, in.dy);
  return {y.detach(), in.qkv.grad(), in.bias.grad()};
}

double largest_of(const Tensor& x) {
  double largest = 0;
  for (const double value : x.to_vector<double>()) largest = std::max(largest, std::abs(value));
  return largest;
}

// Relative to the largest element of a result. Float: roundings of scores of 5 become relative
// errors of p. bfloat16: neighbouring results are up to 2^-7 apart, and p and da are rounded by up
// to 2^-9; but dbias is a sum in float.
double allowed_error(DType dtype) { return dtype == DType::kBFloat16 ? 1.2e-2 : 1e-5; }

void expect_reference(Exec& exec, Exec& reference, const Case& c) {
  const std::vector<Tensor> actual = run(exec, c), expected = run(reference, c);
  const double allowed[] = {allowed_error(c.dtype), allowed_error(c.dtype), 1e-4};
  const char* const names[] = {"y", "dqkv", "dbias"};
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_TRUE(close(actual[i], expected[i], {allowed[i] * largest_of(expected[i]), 0}))
        << names[i] << " of " << c;
  }
}

TEST_P(WindowAttentionGpu, HasAKernelForEveryHeadWidth) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int width : {8, 16, 32}) {
      for (const bool masked : {false, true}) {
        expect_reference(exec(), reference(), {{1, 14, 14}, 2, width, 7, 3, masked, dtype});
      }
    }
  }
}

// One channel; part of a slice of 32 channels; one, two and three slices.
TEST_P(WindowAttentionGpu, TakesOtherHeadWidthsInSlices) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int width : {1, 12, 33, 64, 65}) {
      expect_reference(exec(), reference(), {{1, 7, 14}, 2, width, 7, 2, width == 33, dtype});
    }
  }
}

// 1 to 64 tokens: one row of the first warp only, warps without a row, and every row of all four.
TEST_P(WindowAttentionGpu, FillsItsTilesFromOneTokenToSixtyFour) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int window : {1, 2, 4, 5, 6, 8}) {
      const Shape grid{1, 2 * window, window};
      for (const int width : {8, 16, 32, 6}) {
        expect_reference(exec(), reference(),
                         {grid, 1, width, window, window / 2, window > 5, dtype});
      }
    }
  }
}

// No other head's or image's rows: each has its own offsets into the maps and the bias table.
TEST_P(WindowAttentionGpu, KeepsImagesAndHeadsApart) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    expect_reference(exec(), reference(), {{3, 14, 7}, 3, 16, 7, 3, true, dtype});
    expect_reference(exec(), reference(), {{2, 7, 7}, 5, 8, 7, 0, false, dtype});
  }
}

// 350 heads share 1024 blocks: two lists each for three windows, one of which has two.
TEST_P(WindowAttentionGpu, AddsTheWindowsOfABlocksList) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    expect_reference(exec(), reference(), {{1, 6, 2}, 350, 8, 2, 1, false, dtype});
  }
}

// The heads of an image of 2 x 2 windows, three of them all background or all foreground.
TEST_P(WindowAttentionGpu, SeparatesTheKindsOfAWholeWindow) {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    const Case c{{1, 14, 14}, 1, 16, 7, 0, true, dtype};
    const auto y = [&](Exec& on) {
      const Inputs in = random_inputs(on, c);
      std::vector<float> saliency(14 * 14, 0.5f);
      for (std::size_t i = 0; i < saliency.size(); ++i) {
        if (i / 14 < 7) saliency[i] = i % 14 < 7 ? 0.9f : 0.1f;
        if (i / 14 >= 7 && i % 14 < 7) saliency[i] = i % 2 == 0 ? 0.8f : 0.2f;
      }
      return window_attention(in.qkv, in.bias, from(on, saliency, {1, 14, 14, 1}), c.params());
    };
    const Tensor expected = y(reference());
    EXPECT_TRUE(close(y(exec()), expected, {allowed_error(dtype) * largest_of(expected), 0}))
        << dtype;
  }
}

// y, log_sums, dqkv, dbias.
std::vector<Tensor> run_guarded(Exec& exec, const Case& c) {
  const Inputs in = random_inputs(exec, c);
  const Tensor seen = c.masked ? in.saliency.reshape(c.grid) : Tensor();
  const ConstView saliency = c.masked ? seen.view() : ConstView{};
  Guarded y(exec, in.dy.shape(), c.dtype), dqkv(exec, in.qkv.shape(), c.dtype),
      dbias(exec, in.bias.shape()),
      log_sums(exec,
               kernels::window_attention_log_sums_shape(in.qkv.shape(), c.masked, c.params()));
  kernels::window_attention(exec,
                            {.qkv = in.qkv.view(),
                             .bias = in.bias.view(),
                             .saliency = saliency,
                             .y = y.view(),
                             .log_sums = log_sums.view()},
                            c.params());
  kernels::window_attention_backward(exec,
                                     {.dy = in.dy.view(),
                                      .qkv = in.qkv.view(),
                                      .bias = in.bias.view(),
                                      .saliency = saliency,
                                      .log_sums = log_sums.view(),
                                      .dqkv = dqkv.view(),
                                      .dbias = dbias.view()},
                                     c.params());
  std::vector<Tensor> results;
  for (const Guarded* output : {&y, &log_sums, &dqkv, &dbias}) {
    EXPECT_TRUE(output->intact()) << c;
    results.push_back(output->tensor());
  }
  return results;
}

TEST_P(WindowAttentionGpu, RepeatsToTheBitAndStaysInItsBuffers) {
  for (const Case& c : {Case{{2, 14, 7}, 2, 32, 7, 3, true, DType::kBFloat16},
                        Case{{2, 14, 7}, 2, 8, 7, 3, false, DType::kBFloat16},
                        Case{{2, 14, 7}, 2, 32, 7, 3, true, DType::kFloat32},
                        Case{{2, 16, 8}, 2, 20, 8, 3, true, DType::kBFloat16}}) {
    const std::vector<Tensor> first = run_guarded(exec(), c), second = run_guarded(exec(), c);
    for (std::size_t i = 0; i < first.size(); ++i) {
      EXPECT_TRUE(same_bits(first[i], second[i])) << "result " << i << " of " << c;
    }
    EXPECT_TRUE(close(first[1], run_guarded(reference(), c)[1], {1e-5, 1e-5}))
        << "log_sums of " << c;
  }
}

}  // namespace
}  // namespace salix::testing
