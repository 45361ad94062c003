#include "kernels/channel_norm/channel_norm_cpu.h"
#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/common/element.h"

namespace salix::kernels::cpu {
namespace {

// Which elements of dy count: all, those whose result (computed again from x) is positive, or
// those whose stored result is.
enum class Mask { kNone, kFromInput, kFromOutput };

// The values per channel that the inner loops read, for one image.
template <typename Real>
struct Channels {
  const Real* mean;
  const Real* scale;  // gamma * inv_std
  const Real* beta;
};

// dy, or zero where the forward result was not positive; a result of NaN lets it pass, as relu's
// own gradient does. The formula is the forward's own, to the bit.
template <Mask kMask, typename Real>
inline Real masked(Real g, Real y, Real centred, Real scale, Real beta) {
  if constexpr (kMask == Mask::kFromInput) return centred * scale + beta <= Real(0) ? Real(0) : g;
  if constexpr (kMask == Mask::kFromOutput) return y <= Real(0) ? Real(0) : g;
  return g;
}

// sum += g and sum_centred += g (x - mean) per channel, over kRows rows, so that the sums in
// memory are touched once per kRows; g goes to `kept` when that is wanted (kFromOutput).
template <Mask kMask, int kRows, typename T, typename Real>
inline void sum_block(const T* __restrict dy, const T* __restrict x, const T* __restrict y,
                      std::int64_t channels, const Real* __restrict mean,
                      const Real* __restrict scale, const Real* __restrict beta, T* __restrict kept,
                      Real* __restrict sum, Real* __restrict sum_centred) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    Real g_sum = 0, centred_sum = 0;
    const auto add = [&](std::int64_t i) {
      const Real h = load_element(x, i) - mean[c];
      Real y_value = 0;
      if constexpr (kMask == Mask::kFromOutput) y_value = load_element(y, i);
      const Real g = masked<kMask>(load_element(dy, i), y_value, h, scale[c], beta[c]);
      if constexpr (kMask == Mask::kFromOutput) store_element(kept, i, g);
      g_sum += g;
      centred_sum += g * h;
    };
    // Written out: with a loop here the compiler does not vectorise the one over c.
    add(c);
    if constexpr (kRows == 4) add(channels + c), add(2 * channels + c), add(3 * channels + c);
    sum[c] += g_sum;
    sum_centred[c] += centred_sum;
  }
}

template <Mask kMask, typename T, typename Real>
void sum_rows(const T* dy, const T* x, const T* y, std::int64_t rows, std::int64_t channels,
              const Channels<Real>& p, T* kept, Real* sum, Real* sum_centred) {
  constexpr int kRows = 4;
  const auto at = [&](auto* pointer, std::int64_t r) {
    return pointer == nullptr ? nullptr : pointer + r * channels;
  };
  std::int64_t r = 0;
  for (; r + kRows <= rows; r += kRows) {
    sum_block<kMask, kRows>(at(dy, r), at(x, r), at(y, r), channels, p.mean, p.scale, p.beta,
                            at(kept, r), sum, sum_centred);
  }
  for (; r < rows; ++r) {
    sum_block<kMask, 1>(at(dy, r), at(x, r), at(y, r), channels, p.mean, p.scale, p.beta,
                        at(kept, r), sum, sum_centred);
  }
}

// dx = g scale - q - (x - mean) r, for one row.
template <Mask kMask, typename T, typename Real>
inline void gradient_row(const T* __restrict dy, const T* __restrict x, std::int64_t channels,
                         const Real* __restrict mean, const Real* __restrict scale,
                         const Real* __restrict beta, const Real* __restrict q,
                         const Real* __restrict r, T* __restrict dx) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    const Real h = load_element(x, c) - mean[c];
    const Real g = masked<kMask>(load_element(dy, c), Real(0), h, scale[c], beta[c]);
    store_element(dx, c, g * scale[c] - q[c] - h * r[c]);
  }
}

template <Mask kMask, typename T, typename Real>
void gradient_rows(const T* dy, const T* x, std::int64_t rows, std::int64_t channels,
                   const Channels<Real>& p, const Real* q, const Real* r, T* dx) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t i = row * channels;
    gradient_row<kMask>(dy + i, x + i, channels, p.mean, p.scale, p.beta, q, r, dx + i);
  }
}

// Sums per image and channel.
struct ChannelSums {
  std::vector<double> g, g_centred;
};

// `parts` holds, for each chunk, C sums of g and then C of g (x - mean).
template <typename Real>
ChannelSums add_chunks(const ChannelNormSizes& sizes, const RowChunks& chunks, const Real* parts) {
  const auto size = static_cast<std::size_t>(sizes.images * sizes.channels);
  ChannelSums total{std::vector<double>(size), std::vector<double>(size)};
  for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk) {
    const Real* part = parts + chunk * 2 * sizes.channels;
    double* g = total.g.data() + chunks.image(chunk) * sizes.channels;
    double* g_centred = total.g_centred.data() + chunks.image(chunk) * sizes.channels;
    for (std::int64_t c = 0; c < sizes.channels; ++c) g[c] += part[c];
    for (std::int64_t c = 0; c < sizes.channels; ++c) g_centred[c] += part[sizes.channels + c];
  }
  return total;
}

// q and r of gradient_rows, per image and channel; dgamma and dbeta on the way.
template <typename Real>
void finish_sums(const ChannelNormSizes& sizes, const ChannelNormBackward& b,
                 const ChannelSums& sums, std::vector<Real>& q, std::vector<Real>& r) {
  const Real* gamma = b.gamma.as<Real>();
  std::vector<double> dgamma(static_cast<std::size_t>(sizes.channels)), dbeta(dgamma);
  for (std::int64_t group = 0; group < sizes.images * sizes.groups; ++group) {
    const double inv_std = b.inv_std.as<Real>()[group];
    const std::int64_t width = sizes.group_channels();
    const std::int64_t channel = group % sizes.groups * width;
    const std::int64_t first = group / sizes.groups * sizes.channels + channel;
    double sum = 0, sum_centred = 0;
    for (std::int64_t k = 0; k < width; ++k) {
      const auto c = static_cast<std::size_t>(channel + k), i = static_cast<std::size_t>(first + k);
      dbeta[c] += sums.g[i];
      dgamma[c] += sums.g_centred[i] * inv_std;
      sum += gamma[c] * sums.g[i];
      sum_centred += gamma[c] * sums.g_centred[i];
    }
    if (!b.through_statistics) continue;
    const double share = inv_std / static_cast<double>(sizes.values_per_group());
    for (std::int64_t k = 0; k < width; ++k) {
      q[static_cast<std::size_t>(first + k)] = static_cast<Real>(share * sum);
      r[static_cast<std::size_t>(first + k)] =
          static_cast<Real>(share * inv_std * inv_std * sum_centred);
    }
  }
  for (std::size_t c = 0; c < dgamma.size(); ++c) {
    b.dgamma.as<Real>()[c] = static_cast<Real>(dgamma[c]);
    b.dbeta.as<Real>()[c] = static_cast<Real>(dbeta[c]);
  }
}

// The passes over the maps, around what is done per channel.
template <typename T>
class Passes {
 public:
  using Real = accumulator<T>;

  Passes(const ChannelNormSizes& sizes, const ChannelNormBackward& b)
      : sizes_(sizes),
        b_(b),
        keeps_g_(b.relu && !b.dresidual.empty()),
        chunks_(sizes),
        mean_(per_channel<Real>(
            sizes, [&](std::int64_t group, std::int64_t) { return b.mean.as<Real>()[group]; })),
        scale_(per_channel<Real>(sizes, [&](std::int64_t group, std::int64_t c) {
          return b.gamma.as<Real>()[c] * b.inv_std.as<Real>()[group];
        })) {}

  // Writes dresidual, if it is kept.
  ChannelSums sums(Exec& exec) const {
    auto* sum = sum_rows<Mask::kNone, T, Real>;
    if (b_.relu)
      sum = keeps_g_ ? sum_rows<Mask::kFromOutput, T, Real> : sum_rows<Mask::kFromInput, T, Real>;
    const std::int64_t part_size = 2 * sizes_.channels;
    const Scratch parts(exec, static_cast<std::size_t>(chunks_.count * part_size) * sizeof(Real));
    chunks_.parallel([&](std::int64_t chunk) {
      const std::int64_t offset = chunks_.offset(chunk);
      Real* part = parts.as<Real>() + chunk * part_size;
      std::fill_n(part, part_size, Real(0));
      sum(b_.dy.as<T>() + offset, b_.x.as<T>() + offset, keeps_g_ ? b_.y.as<T>() + offset : nullptr,
          chunks_.size(chunk), sizes_.channels, channels_of(chunks_.image(chunk)),
          keeps_g_ ? b_.dresidual.as<T>() + offset : nullptr, part, part + sizes_.channels);
    });
    return add_chunks(sizes_, chunks_, parts.as<Real>());
  }

  // Writes dx; q and r per image and channel.
  void gradient(const std::vector<Real>& q, const std::vector<Real>& r) const {
    const T* g = keeps_g_ ? b_.dresidual.as<T>() : b_.dy.as<T>();
    auto* rows = b_.relu && !keeps_g_ ? gradient_rows<Mask::kFromInput, T, Real>
                                      : gradient_rows<Mask::kNone, T, Real>;
    chunks_.parallel([&](std::int64_t chunk) {
      const std::int64_t offset = chunks_.offset(chunk);
      const std::int64_t image = chunks_.image(chunk);
      rows(g + offset, b_.x.as<T>() + offset, chunks_.size(chunk), sizes_.channels,
           channels_of(image), q.data() + image * sizes_.channels,
           r.data() + image * sizes_.channels, b_.dx.as<T>() + offset);
    });
  }

  std::vector<Real> zeros() const { return std::vector<Real>(mean_.size()); }

 private:
  Channels<Real> channels_of(std::int64_t image) const {
    return {mean_.data() + image * sizes_.channels, scale_.data() + image * sizes_.channels,
            b_.beta.as<Real>()};
  }

  const ChannelNormSizes& sizes_;
  const ChannelNormBackward& b_;
  bool keeps_g_;
  RowChunks chunks_;
  std::vector<Real> mean_, scale_;
};

}  // namespace

void channel_norm_backward(Exec& exec, const ChannelNormSizes& sizes,
                           const ChannelNormBackward& b) {
  visit_float("channel_norm_backward", b.x.dtype, [&](auto tag) {
    const Passes<typename decltype(tag)::type> passes(sizes, b);
    auto q = passes.zeros(), r = passes.zeros();
    finish_sums(sizes, b, passes.sums(exec), q, r);
    passes.gradient(q, r);
  });
}

void channel_norm_gradient_sums(Exec& exec, const ChannelNormSizes& sizes,
                                const ChannelNormBackward& b, View sums) {
  visit_float("channel_norm_gradient_sums", b.x.dtype, [&](auto tag) {
    const Passes<typename decltype(tag)::type> passes(sizes, b);
    const ChannelSums own = passes.sums(exec);
    auto unused_q = passes.zeros(), unused_r = passes.zeros();
    finish_sums(sizes, b, own, unused_q, unused_r);  // for dgamma and dbeta
    double* out = sums.as<double>();
    for (std::size_t c = 0; c < own.g.size(); ++c) {
      *out++ = own.g[c];
      *out++ = own.g_centred[c];
      *out++ = static_cast<double>(sizes.rows);
    }
  });
}

void channel_norm_gradient_from_sums(Exec&, const ChannelNormSizes& sizes,
                                     const ChannelNormBackward& b, ConstView sums) {
  visit_float("channel_norm_gradient_from_sums", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const Passes<T> passes(sizes, b);
    auto q = passes.zeros(), r = passes.zeros();
    const double* in = sums.as<double>();
    for (std::size_t c = 0; c < q.size(); ++c, in += 3) {
      const double inv_std = b.inv_std.as<Real>()[c];
      const double share = inv_std / in[2] * b.gamma.as<Real>()[c];
      q[c] = static_cast<Real>(share * in[0]);
      r[c] = static_cast<Real>(share * inv_std * inv_std * in[1]);
    }
    passes.gradient(q, r);
  });
}

}  // namespace salix::kernels::cpu
