// The plain reference: one window and head at a time, one query after the other.
#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/element.h"
#include "kernels/window_attention/window_attention_parts.h"

namespace salix::kernels::cpu {
namespace {

// One head of one window of one image.
struct Place {
  std::int64_t image;
  int window;
  int head;
};

template <typename T>
class Attention {
 public:
  using Real = accumulator<T>;

  Attention(const ConstView& qkv, const ConstView& bias, const ConstView& saliency,
            const WindowAttentionParams& params)
      : grid_(grid_of(qkv.shape, params)),
        heads_(params.heads),
        width_(static_cast<int>(qkv.dim(3) / 3 / params.heads)),
        scale_(Real(1) / std::sqrt(static_cast<Real>(width_))),
        qkv_(qkv.as<T>()),
        bias_(bias.as<Real>()),
        saliency_(saliency.empty() ? nullptr : saliency.as<Real>()) {}

  int tokens() const { return grid_.tokens(); }
  int width() const { return width_; }
  Real scale() const { return scale_; }
  const WindowGrid& grid() const { return grid_; }
  bool masked() const { return saliency_ != nullptr; }

  // Of a token: its first element in qkv (part 0 q, 1 k, 2 v), in y, in log_sums over their width.
  std::int64_t pixel(const Place& at, int token) const {
    return at.image * grid_.height * grid_.width + grid_.pixel(at.window, token);
  }
  std::int64_t in_qkv(const Place& at, int token, int part) const {
    return (pixel(at, token) * 3 + part) * heads_ * width_ + at.head * width_;
  }
  std::int64_t in_y(const Place& at, int token) const {
    return (pixel(at, token) * heads_ + at.head) * width_;
  }
  std::int64_t in_log_sums(const Place& at, int token) const {
    return (pixel(at, token) * heads_ + at.head) * (masked() ? 2 : 1);
  }

  Real q(const Place& at, int token, int c) const { return load(in_qkv(at, token, 0) + c); }
  Real k(const Place& at, int token, int c) const { return load(in_qkv(at, token, 1) + c); }
  Real v(const Place& at, int token, int c) const { return load(in_qkv(at, token, 2) + c); }

  TokenKind kind(const Place& at, int token) const {
    if (!masked()) return TokenKind::kNeither;
    return token_kind(
        saliency_[at.image * grid_.height * grid_.width + grid_.unrolled_pixel(at.window, token)]);
  }

  // a(i, .) of the contract; `among_kind`: less 100 where j is not of i's kind, if it has one.
  std::vector<Real> scores(const Place& at, int i, bool among_kind) const {
    std::vector<Real> a(static_cast<std::size_t>(tokens()));
    const TokenKind own = kind(at, i);
    among_kind = among_kind && own != TokenKind::kNeither;
    for (int j = 0; j < tokens(); ++j) {
      Real product = 0;
      for (int c = 0; c < width_; ++c) product += q(at, i, c) * scale_ * k(at, j, c);
      Real& score = a[static_cast<std::size_t>(j)];
      score = product + bias_[grid_.bias_row(i, j) * heads_ + at.head];
      if (grid_.region(at.window, i) != grid_.region(at.window, j)) score += kHiddenPair;
      if (among_kind && own != kind(at, j)) score += kHiddenPair;
    }
    return a;
  }

 private:
  Real load(std::int64_t index) const { return load_element(qkv_, index); }

  WindowGrid grid_;
  int heads_, width_;
  Real scale_;
  const T* qkv_;
  const Real* bias_;
  const Real* saliency_;
};

template <typename Real>
Real log_sum_exp(const std::vector<Real>& a) {
  const Real largest = *std::max_element(a.begin(), a.end());
  Real sum = 0;
  for (const Real value : a) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

template <typename Real>
std::vector<Real> softmax(std::vector<Real> a, Real log_sum) {
  for (Real& value : a) value = std::exp(value - log_sum);
  return a;
}

// How much of softmax(a) and of softmax(a among its kind) makes p, for a query of this kind.
struct Shares {
  int plain, among_kind;
};
Shares shares_of(TokenKind kind) {
  if (kind == TokenKind::kForeground) return {0, 1};
  if (kind == TokenKind::kBackground) return {2, -1};
  return {1, 0};
}

template <typename Body>
void for_each_place(std::int64_t image, int windows, int heads, const Body& body) {
  for (int window = 0; window < windows; ++window) {
    for (int head = 0; head < heads; ++head) body(Place{image, window, head});
  }
}

template <typename T>
void attend(const Attention<T>& attention, const Place& at, T* y, accumulator<T>* log_sums) {
  using Real = accumulator<T>;
  for (int i = 0; i < attention.tokens(); ++i) {
    const Shares shares = shares_of(attention.kind(at, i));
    const auto a = attention.scores(at, i, false);
    const auto among = attention.scores(at, i, true);
    Real* sums = log_sums + attention.in_log_sums(at, i);
    sums[0] = log_sum_exp(a);
    const Real among_sum = log_sum_exp(among);
    if (attention.masked()) sums[1] = among_sum;
    const auto s = softmax(a, sums[0]), f = softmax(among, among_sum);
    for (int c = 0; c < attention.width(); ++c) {
      Real value = 0;
      for (int j = 0; j < attention.tokens(); ++j) {
        const auto key = static_cast<std::size_t>(j);
        value += (shares.plain * s[key] + shares.among_kind * f[key]) * attention.v(at, j, c);
      }
      store_element(y, attention.in_y(at, i) + c, value);
    }
  }
}

// da of one softmax p: p (dp - sum of p dp).
template <typename Real>
std::vector<Real> softmax_gradient(const std::vector<Real>& p, const std::vector<Real>& dp) {
  Real sum = 0;
  for (std::size_t j = 0; j < p.size(); ++j) sum += p[j] * dp[j];
  std::vector<Real> da(p.size());
  for (std::size_t j = 0; j < p.size(); ++j) da[j] = p[j] * (dp[j] - sum);
  return da;
}

// dqkv of one place; adds its share of dbias, [offsets, heads].
template <typename T>
void attend_backward(const Attention<T>& attention, const Place& at, int heads, const T* dy,
                     const accumulator<T>* log_sums, T* dqkv, double* dbias) {
  using Real = accumulator<T>;
  const int tokens = attention.tokens(), width = attention.width();
  const auto place = [channels = static_cast<std::size_t>(width)](int token, int c) {
    return static_cast<std::size_t>(token) * channels + static_cast<std::size_t>(c);
  };
  const std::size_t size = place(tokens, 0);
  std::vector<Real> dq(size), dk(size), dv(size);
  for (int i = 0; i < tokens; ++i) {
    const Shares shares = shares_of(attention.kind(at, i));
    const Real* sums = log_sums + attention.in_log_sums(at, i);
    const auto s = softmax(attention.scores(at, i, false), sums[0]);
    const auto f = attention.masked() ? softmax(attention.scores(at, i, true), sums[1]) : s;
    std::vector<Real> dp(static_cast<std::size_t>(tokens));
    for (int j = 0; j < tokens; ++j) {
      const auto key = static_cast<std::size_t>(j);
      const Real p = shares.plain * s[key] + shares.among_kind * f[key];
      for (int c = 0; c < width; ++c) {
        const Real gradient = load_element(dy, attention.in_y(at, i) + c);
        dp[key] += gradient * attention.v(at, j, c);
        dv[place(j, c)] += p * gradient;
      }
    }
    const auto ds = softmax_gradient(s, dp), df = softmax_gradient(f, dp);
    for (int j = 0; j < tokens; ++j) {
      const auto key = static_cast<std::size_t>(j);
      const Real da = shares.plain * ds[key] + shares.among_kind * df[key];
      dbias[attention.grid().bias_row(i, j) * heads + at.head] += static_cast<double>(da);
      for (int c = 0; c < width; ++c) {
        dq[place(i, c)] += da * attention.scale() * attention.k(at, j, c);
        dk[place(j, c)] += da * attention.scale() * attention.q(at, i, c);
      }
    }
  }
  for (int token = 0; token < tokens; ++token) {
    const std::vector<Real>* parts[] = {&dq, &dk, &dv};
    for (int part = 0; part < 3; ++part) {
      for (int c = 0; c < width; ++c) {
        store_element(dqkv, attention.in_qkv(at, token, part) + c, (*parts[part])[place(token, c)]);
      }
    }
  }
}

}  // namespace

void window_attention(Exec&, const WindowAttentionBuffers& b, const WindowAttentionParams& params) {
  visit_float("window_attention", b.qkv.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const Attention<T> attention(b.qkv, b.bias, b.saliency, params);
    parallel_for(b.qkv.dim(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t image = begin; image < end; ++image) {
        for_each_place(image, attention.grid().windows(), params.heads, [&](const Place& at) {
          attend(attention, at, b.y.as<T>(), b.log_sums.as<accumulator<T>>());
        });
      }
    });
  });
}

void window_attention_backward(Exec&, const WindowAttentionBackwardBuffers& b,
                               const WindowAttentionParams& params) {
  visit_float("window_attention_backward", b.qkv.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const Attention<T> attention(b.qkv, b.bias, b.saliency, params);
    const auto offsets = static_cast<std::size_t>(b.dbias.numel());
    std::vector<double> dbias(static_cast<std::size_t>(b.qkv.dim(0)) * offsets);  // of each image
    parallel_for(b.qkv.dim(0), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t image = begin; image < end; ++image) {
        double* own = dbias.data() + static_cast<std::size_t>(image) * offsets;
        for_each_place(image, attention.grid().windows(), params.heads, [&](const Place& at) {
          attend_backward(attention, at, params.heads, b.dy.as<T>(), b.log_sums.as<Real>(),
                          b.dqkv.as<T>(), own);
        });
      }
    });
    for (std::size_t i = 0; i < offsets; ++i) {
      double total = 0;
      for (std::size_t at = i; at < dbias.size(); at += offsets) total += dbias[at];
      b.dbias.as<Real>()[i] = static_cast<Real>(total);
    }
  });
}

}  // namespace salix::kernels::cpu
