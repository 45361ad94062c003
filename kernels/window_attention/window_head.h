// One head of one window as the vector code wants it: gathered once, keys side by side, padded with
// keys that nobody sees. Include only from files that are compiled for one instruction set.
#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "kernels/common/element.h"
#include "kernels/common/vector_math.h"
#include "kernels/window_attention/window_attention_parts.h"
#include "kernels/window_attention/window_tile.h"

namespace salix::kernels::vectorised {

constexpr int kLanes = 8;
constexpr float kNoKey = -1e30f;  // the score of a key that only pads

// kKeys: tokens of a window, rounded up to vectors. kHead: channels of a head.
template <int kKeys, int kHead>
struct alignas(32) HeadBlock {
  using ByKey = Tile<kLanes, kKeys / kLanes>;      // results with a row of keys
  using ByChannel = Tile<kLanes, kHead / kLanes>;  // results with a row of channels

  float scores[kKeys * kKeys];  // and what becomes of them
  float other[kKeys * kKeys];
  float rows[3][kKeys * kHead];     // [token][channel] of up to three operands
  float columns[2][kHead * kKeys];  // [channel][token] of up to two
  float out[3][kKeys * kHead];
};

// The walk over windows and heads that forward and backward share.
template <int kKeys, int kHead>
class Windows {
 public:
  using Block = HeadBlock<kKeys, kHead>;

  Windows(const Shape& qkv, const ConstView& bias, const ConstView& saliency,
          const WindowAttentionParams& params)
      : grid_(grid_of(qkv, params)),
        heads_(params.heads),
        saliency_(saliency.empty() ? nullptr : saliency.as<float>()) {
    auto tables = std::make_shared<Tables>();
    tables->bias.assign(static_cast<std::size_t>(heads_) * kKeys * kKeys, kNoKey);
    for (int i = 0; i < tokens(); ++i) {
      for (int j = 0; j < tokens(); ++j) {
        const int row = grid_.bias_row(i, j);
        tables->bias_row[i * kKeys + j] = row;
        float* score = tables->bias.data() + i * kKeys + j;
        for (int head = 0; head < heads_; ++head) {
          score[head * kKeys * kKeys] = bias.as<float>()[row * heads_ + head];
        }
      }
    }
    tables_ = std::move(tables);
  }

  const WindowGrid& grid() const { return grid_; }
  int tokens() const { return grid_.tokens(); }
  int heads() const { return heads_; }
  bool masked() const { return saliency_ != nullptr; }

  // Looks at one window of one image: where its tokens lie and whom they see.
  void enter(std::int64_t image, int window) {
    const std::int64_t first = image * grid_.height * grid_.width;
    // Row by row: dividing for the place of each token would take as long as a head's attention.
    const int top = grid_.rolled_row(window, 0), left = grid_.rolled_column(window, 0);
    one_region_ = true;
    int t = 0;
    for (int row = top; row < top + grid_.window; ++row) {
      for (int column = left; column < left + grid_.window; ++column, ++t) {
        pixel_[t] = first + grid_.pixel_at(row, column);
        region_[t] = static_cast<float>(grid_.region_at(row, column));
        one_region_ = one_region_ && region_[t] == region_[0];
        kind_[t] = masked() ? token_kind(saliency_[first + row * grid_.width + column])
                            : TokenKind::kNeither;
        kind_number_[t] = static_cast<float>(kind_[t]);
      }
    }
  }

  // WindowGrid::bias_row(), looked up.
  int bias_row(int i, int j) const { return tables_->bias_row[i * kKeys + j]; }

  TokenKind kind(int token) const { return kind_[token]; }
  // The first element of a token's head in a map with `parts` x C channels.
  std::int64_t place(int token, int head, int part, int parts) const {
    return (pixel_[token] * parts + part) * heads_ * kHead + head * kHead;
  }
  std::int64_t log_sums_place(int token, int head) const {
    return (pixel_[token] * heads_ + head) * (masked() ? 2 : 1);
  }

  // rows[t][c] = scale * map(t, c).
  template <typename T>
  void gather(const T* map, int head, int part, int parts, float scale, float* rows) const {
    for (int t = 0; t < tokens(); ++t) {
      const T* from = map + place(t, head, part, parts);
#pragma omp simd
      for (int c = 0; c < kHead; ++c) rows[t * kHead + c] = scale * load_element(from, c);
    }
  }
  template <typename T>
  void scatter(const float* rows, float scale, int head, int part, int parts, T* map) const {
    for (int t = 0; t < tokens(); ++t) {
      T* to = map + place(t, head, part, parts);
#pragma omp simd
      for (int c = 0; c < kHead; ++c) store_element(to, c, scale * rows[t * kHead + c]);
    }
  }
  // columns[c][t] = rows[t][c]; zeros behind the last token.
  void turn(const float* rows, float* columns) const {
    for (int c = 0; c < kHead; ++c) {
      for (int t = 0; t < tokens(); ++t) columns[c * kKeys + t] = rows[t * kHead + c];
      for (int t = tokens(); t < kKeys; ++t) columns[c * kKeys + t] = 0;
    }
  }

  // products -> a: adds bias and shift mask, in place.
  void add_bias(int head, float* products) const {
    const float* bias = tables_->bias.data() + head * kKeys * kKeys;
    const int count = tokens() * kKeys;
#pragma omp simd
    for (int k = 0; k < count; ++k) products[k] += bias[k];
    if (one_region_) return;
    for (int i = 0; i < tokens(); ++i) hide(products + i * kKeys, region_, region_[i]);
  }
  // A row of a -> less 100 where the key is not of query i's kind.
  void hide_other_kinds(int i, float* row) const { hide(row, kind_number_, kind_number_[i]); }

 private:
  static void hide(float* row, const float* of_key, float of_query) {
#pragma omp simd
    for (int j = 0; j < kKeys; ++j) row[j] += of_key[j] == of_query ? 0.0f : kHiddenPair;
  }

  // What all windows share, copies of this object too: a division for each pair of tokens takes
  // longer than the pair's attention.
  struct Tables {
    std::vector<float> bias;  // [heads][query][key]
    int bias_row[kKeys * kKeys] = {};
  };

  WindowGrid grid_;
  int heads_;
  const float* saliency_;
  std::shared_ptr<const Tables> tables_;
  std::int64_t pixel_[kKeys] = {};
  float region_[kKeys] = {};
  float kind_number_[kKeys] = {};
  TokenKind kind_[kKeys] = {};
  bool one_region_ = true;
};

// The logarithm of the sum of e^row; row becomes e^(row - that): its softmax.
template <int kKeys>
inline float softmax_row(float* row) {
  float largest = row[0];
#pragma omp simd reduction(max : largest)
  for (int j = 0; j < kKeys; ++j) largest = row[j] > largest ? row[j] : largest;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int j = 0; j < kKeys; ++j) {
    row[j] = fast_exp(row[j] - largest);
    sum += row[j];
  }
  const float share = 1.0f / sum;
#pragma omp simd
  for (int j = 0; j < kKeys; ++j) row[j] *= share;
  return largest + std::log(sum);
}

// The same when the logarithm is known.
template <int kKeys>
inline void softmax_row(float* row, float log_sum) {
#pragma omp simd
  for (int j = 0; j < kKeys; ++j) row[j] = fast_exp(row[j] - log_sum);
}

// Calls body(Windows, HeadBlock) with their sizes known to the compiler.
template <typename Body>
void with_sizes(int window, std::int64_t head, const Shape& qkv, const ConstView& bias,
                const ConstView& saliency, const WindowAttentionParams& params, const Body& body) {
  const auto run = [&](auto keys, auto channels) {
    body(Windows<decltype(keys)::value, decltype(channels)::value>(qkv, bias, saliency, params));
  };
  const auto with_head = [&](auto keys) {
    if (head == 8) return run(keys, std::integral_constant<int, 8>{});
    if (head == 16) return run(keys, std::integral_constant<int, 16>{});
    run(keys, std::integral_constant<int, 32>{});
  };
  if (window == 7) return with_head(std::integral_constant<int, 56>{});
  with_head(std::integral_constant<int, 64>{});
}

}  // namespace salix::kernels::vectorised
