#include "kernels/channel_norm/channel_norm_cpu.h"

#include <cmath>

#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/channel_norm/moments.h"
#include "kernels/common/element.h"

namespace salix::kernels::cpu {
namespace {

// Adds kRows rows to the sums of d = x - shift and of d^2, so that the sums in memory are
// touched once per kRows.
template <int kRows, typename T, typename Real>
inline void add_rows(const T* __restrict x, std::int64_t channels, const Real* __restrict shift,
                     Real* __restrict sum, Real* __restrict sum_squares) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    Real part = 0, part_squares = 0;
    for (int k = 0; k < kRows; ++k) {
      const Real d = load_element(x, k * channels + c) - shift[c];
      part += d;
      part_squares += d * d;
    }
    sum[c] += part;
    sum_squares[c] += part_squares;
  }
}

// Moments of each channel over a run of rows, in one pass of shifted sums. The shift is the
// mean of the first 1/64 of the rows (at least 8), which bounds cancellation (moments.h).
template <typename T>
void channel_moments(const T* x, std::int64_t rows, std::int64_t channels, double* mean,
                     double* m2) {
  using Real = accumulator<T>;
  constexpr int kRows = 4;
  const auto size = static_cast<std::size_t>(channels);
  std::vector<Real> shift(size), sum(size), sum_squares(size);
  const std::int64_t shift_rows = std::min(rows, std::max<std::int64_t>(8, rows / 64));
  for (std::int64_t r = 0; r < shift_rows; ++r) {
    const T* row = x + r * channels;
    for (std::size_t c = 0; c < size; ++c) shift[c] += static_cast<Real>(row[c]);
  }
  for (Real& s : shift) s /= static_cast<Real>(shift_rows);

  std::int64_t r = 0;
  for (; r + kRows <= rows; r += kRows) {
    add_rows<kRows>(x + r * channels, channels, shift.data(), sum.data(), sum_squares.data());
  }
  for (; r < rows; ++r) {
    add_rows<1>(x + r * channels, channels, shift.data(), sum.data(), sum_squares.data());
  }
  for (std::size_t c = 0; c < size; ++c) {
    const auto moments =
        shifted_moments<double>(static_cast<double>(rows), shift[c], sum[c], sum_squares[c]);
    mean[c] = moments.mean;
    m2[c] = moments.m2;
  }
}

// Joins the moments of an image's chunks in order, as merge() does, but for all channels at
// once: they share the counts, so nothing is divided inside the loop.
void join_chunk(double joined_count, double count, std::size_t channels,
                const double* __restrict mean, const double* __restrict m2,
                double* __restrict joined_mean, double* __restrict joined_m2) {
  const double share = count / (joined_count + count);
#pragma omp simd
  for (std::size_t c = 0; c < channels; ++c) {
    const double apart = mean[c] - joined_mean[c];
    joined_mean[c] += apart * share;
    joined_m2[c] += m2[c] + apart * apart * joined_count * share;
  }
}

// One per image and group, from the chunks' moments per channel.
std::vector<Moments<double>> group_moments(const ChannelNormSizes& sizes, const RowChunks& chunks,
                                           const double* mean, const double* m2) {
  const auto channels = static_cast<std::size_t>(sizes.channels);
  std::vector<Moments<double>> groups;
  std::vector<double> image_mean(channels), image_m2(channels);
  for (std::int64_t image = 0; image < sizes.images; ++image) {
    std::fill(image_mean.begin(), image_mean.end(), 0.0);
    std::fill(image_m2.begin(), image_m2.end(), 0.0);
    double count = 0;
    for (std::int64_t i = 0; i < chunks.per_image; ++i) {
      const std::int64_t chunk = image * chunks.per_image + i;
      const auto chunk_count = static_cast<double>(chunks.size(chunk));
      join_chunk(count, chunk_count, channels, mean + chunk * sizes.channels,
                 m2 + chunk * sizes.channels, image_mean.data(), image_m2.data());
      count += chunk_count;
    }
    const auto width = static_cast<std::size_t>(sizes.group_channels());
    for (std::size_t first = 0; first < channels; first += width) {
      Moments<double> group{count, image_mean[first], image_m2[first]};
      for (std::size_t c = first + 1; c < first + width; ++c) {
        group = merge(group, {count, image_mean[c], image_m2[c]});
      }
      groups.push_back(group);
    }
  }
  return groups;
}

// One per image and group, joined from those of chunks.
std::vector<Moments<double>> moments_of(Exec& exec, const ChannelNormSizes& sizes, ConstView x) {
  return visit_float("channel_norm", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const RowChunks chunks(sizes);
    const std::int64_t partials = chunks.count * sizes.channels;
    const Scratch scratch(exec, static_cast<std::size_t>(2 * partials) * sizeof(double));
    double* chunk_mean = scratch.as<double>();
    double* chunk_m2 = chunk_mean + partials;
    chunks.parallel([&](std::int64_t chunk) {
      channel_moments(x.as<T>() + chunks.offset(chunk), chunks.size(chunk), sizes.channels,
                      chunk_mean + chunk * sizes.channels, chunk_m2 + chunk * sizes.channels);
    });
    return group_moments(sizes, chunks, chunk_mean, chunk_m2);
  });
}

void use_moments(const std::vector<Moments<double>>& groups, double eps, View mean, View inv_std,
                 const RunningStatistics& running) {
  visit_float("channel_norm", mean.dtype, [&](auto tag) {
    using Real = typename decltype(tag)::type;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const Moments<double>& group = groups[g];
      mean.as<Real>()[g] = static_cast<Real>(group.mean);
      inv_std.as<Real>()[g] = static_cast<Real>(1.0 / std::sqrt(group.m2 / group.count + eps));
      if (running.mean.empty()) continue;
      const auto update = [&](Real& old, double batch) {
        old = static_cast<Real>((1.0 - running.momentum) * old + running.momentum * batch);
      };
      update(running.mean.as<Real>()[g], group.mean);
      update(running.variance.as<Real>()[g], group.m2 / (group.count - 1.0));
    }
    if (!running.batches.empty()) ++*running.batches.as<std::int64_t>();
  });
}

template <bool kResidual, bool kRelu, typename T, typename Real>
void normalise_rows(const T* x, const T* residual, std::int64_t rows, std::int64_t channels,
                    const Real* __restrict mean, const Real* __restrict scale,
                    const Real* __restrict beta, T* y) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* __restrict in = x + r * channels;
    const T* __restrict extra = kResidual ? residual + r * channels : nullptr;
    T* __restrict out = y + r * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      Real value = (load_element(in, c) - mean[c]) * scale[c] + beta[c];
      if constexpr (kResidual) value += load_element(extra, c);
      if constexpr (kRelu) value = value < Real(0) ? Real(0) : value;  // NaN stays NaN
      store_element(out, c, value);
    }
  }
}

}  // namespace

void channel_norm_statistics(Exec& exec, const ChannelNormSizes& sizes, double eps, ConstView x,
                             View mean, View inv_std, const RunningStatistics& running) {
  use_moments(moments_of(exec, sizes, x), eps, mean, inv_std, running);
}

void channel_norm_moments(Exec& exec, const ChannelNormSizes& sizes, ConstView x, View moments) {
  double* out = moments.as<double>();
  for (const Moments<double>& group : moments_of(exec, sizes, x)) {
    *out++ = group.count;
    *out++ = group.mean;
    *out++ = group.m2;
  }
}

void channel_norm_use_moments(Exec&, double eps, ConstView moments, View mean, View inv_std,
                              const RunningStatistics& running) {
  std::vector<Moments<double>> joined(static_cast<std::size_t>(mean.numel()));
  const double* in = moments.as<double>();
  for (std::int64_t rank = 0; rank < moments.dim(0); ++rank) {
    for (Moments<double>& channel : joined) {
      channel = merge(channel, {in[0], in[1], in[2]});
      in += 3;
    }
  }
  use_moments(joined, eps, mean, inv_std, running);
}

void channel_norm_use_running(Exec&, double eps, const RunningStatistics& running, View mean,
                              View inv_std) {
  visit_float("channel_norm", mean.dtype, [&](auto tag) {
    using Real = typename decltype(tag)::type;
    for (std::int64_t c = 0; c < mean.numel(); ++c) {
      mean.as<Real>()[c] = running.mean.as<Real>()[c];
      const double variance = running.variance.as<Real>()[c];
      inv_std.as<Real>()[c] = static_cast<Real>(1.0 / std::sqrt(variance + eps));
    }
  });
}

void channel_norm_apply(Exec&, const ChannelNormSizes& sizes, const ChannelNormForward& b) {
  visit_float("channel_norm", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const Real* gamma = b.gamma.as<Real>();
    const auto mean = per_channel<Real>(
        sizes, [&](std::int64_t group, std::int64_t) { return b.mean.as<Real>()[group]; });
    const auto scale = per_channel<Real>(sizes, [&](std::int64_t group, std::int64_t c) {
      return gamma[c] * b.inv_std.as<Real>()[group];
    });
    auto* rows = normalise_rows<false, false, T, Real>;
    if (b.relu) rows = normalise_rows<false, true, T, Real>;
    if (!b.residual.empty()) {
      rows = b.relu ? normalise_rows<true, true, T, Real> : normalise_rows<true, false, T, Real>;
    }
    const RowChunks chunks(sizes);
    chunks.parallel([&](std::int64_t chunk) {
      const std::int64_t offset = chunks.offset(chunk);
      const std::int64_t first = chunks.image(chunk) * sizes.channels;
      rows(b.x.as<T>() + offset, b.residual.empty() ? nullptr : b.residual.as<T>() + offset,
           chunks.size(chunk), sizes.channels, mean.data() + first, scale.data() + first,
           b.beta.as<Real>(), b.y.as<T>() + offset);
    });
  });
}

}  // namespace salix::kernels::cpu
