#include "tests/support/published_window_attention.h"

#include <cmath>
#include <vector>

#include "layers/functional/binary.h"
#include "layers/functional/gather.h"
#include "layers/functional/matmul.h"
#include "layers/functional/permute.h"
#include "layers/functional/roll.h"
#include "layers/functional/slice.h"
#include "layers/functional/softmax.h"

namespace salix::testing {
namespace {

// [N,H,W,C] -> [N * windows, window^2, C].
Tensor partition(const Tensor& x, int window) {
  const std::int64_t down = x.dim(1) / window, across = x.dim(2) / window, channels = x.dim(3);
  const Tensor cut = x.reshape({x.dim(0), down, window, across, window * channels});
  return permute(cut, {0, 1, 3, 2, 4}).reshape({-1, window * window, channels});
}

Tensor merge(const Tensor& windows, const Shape& grid, int window) {
  const std::int64_t down = grid[1] / window, across = grid[2] / window;
  const std::int64_t channels = windows.dim(2);
  const Tensor cut = windows.reshape({grid[0], down, across, window, window * channels});
  return permute(cut, {0, 1, 3, 2, 4}).reshape({grid[0], grid[1], grid[2], channels});
}

// [B,T,heads*e] -> [B,heads,T,e].
Tensor by_head(const Tensor& rows, int heads) {
  const std::int64_t width = rows.dim(2) / heads;
  return permute(rows.reshape({rows.dim(0), rows.dim(1), heads, width}), {0, 2, 1, 3});
}

// Labels 0, 1, 2 of the rolled grid's rows and columns, as the publication writes them down.
std::vector<double> region_labels(const Shape& grid, const WindowAttentionParams& p) {
  const auto label = [&](std::int64_t place, std::int64_t size) {
    if (place < size - p.window) return 0;
    return place < size - p.shift ? 1 : 2;
  };
  std::vector<double> labels;
  for (std::int64_t image = 0; image < grid[0]; ++image) {
    for (std::int64_t row = 0; row < grid[1]; ++row) {
      for (std::int64_t column = 0; column < grid[2]; ++column) {
        labels.push_back(3 * label(row, grid[1]) + label(column, grid[2]));
      }
    }
  }
  return labels;
}

// labels [B,T,1] -> [B,1,T,T]: -100 where two tokens' labels differ.
Tensor hidden_where_different(const Tensor& labels) {
  const std::int64_t batch = labels.dim(0), tokens = labels.dim(1);
  const Tensor same =
      equal(labels.reshape({batch, 1, tokens, 1}), labels.reshape({batch, 1, 1, tokens}));
  return same * 100.0 - 100.0;
}

// 0 where both tokens are of the kind (1 in `kind` [B,T,1]), else -100; [B,1,T,T].
Tensor hidden_unless_both(const Tensor& kind) {
  const std::int64_t batch = kind.dim(0), tokens = kind.dim(1);
  return kind.reshape({batch, 1, tokens, 1}) * kind.reshape({batch, 1, 1, tokens}) * 100.0 - 100.0;
}

}  // namespace

Tensor published_window_attention(const Tensor& qkv, const Tensor& bias, const Tensor& saliency,
                                  const WindowAttentionParams& p) {
  Exec& exec = qkv.exec();
  const Shape& grid = qkv.shape();
  const int tokens = p.window * p.window;
  const std::int64_t channels = grid[3] / 3;
  const Tensor windows = partition(roll(qkv, {-p.shift, -p.shift}), p.window);
  const auto part = [&](std::int64_t first) {
    return by_head(slice(windows, -1, first * channels, channels), p.heads);
  };
  const double scale = 1 / std::sqrt(static_cast<double>(channels / p.heads));

  std::vector<std::int64_t> offsets;
  for (int i = 0; i < tokens; ++i) {
    for (int j = 0; j < tokens; ++j) {
      const int down = i / p.window - j / p.window + p.window - 1;
      offsets.push_back(down * (2 * p.window - 1) + i % p.window - j % p.window + p.window - 1);
    }
  }
  const Tensor index = Tensor::from_host(exec, offsets, {tokens, tokens});
  Tensor a = matmul(part(0) * scale, part(1), {}, {.transpose_b = true}) +
             permute(gather(bias, index), {2, 0, 1});
  if (p.shift > 0) {
    const Tensor labels =
        Tensor::from_host(exec, region_labels(grid, p), {grid[0], grid[1], grid[2], 1})
            .to(qkv.dtype());
    a = a + hidden_where_different(partition(labels, p.window));
  }
  Tensor attended = matmul(softmax(a), part(2));
  if (saliency.defined()) {
    const Tensor seen = partition(saliency.detach(), p.window);  // not rolled
    const auto among = [&](const Tensor& kind) {
      return matmul(softmax(a + hidden_unless_both(kind)), part(2));
    };
    attended = attended + among(greater_equal(seen, 0.8)) - among(less(seen, 0.2));
  }
  const Tensor rows = permute(attended, {0, 2, 1, 3}).reshape({-1, tokens, channels});
  return roll(merge(rows, grid, p.window), {p.shift, p.shift});
}

}  // namespace salix::testing
