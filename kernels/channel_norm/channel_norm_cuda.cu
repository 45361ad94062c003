#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/channel_norm/channel_norm_tiles.h"
#include "kernels/channel_norm/moments.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// The first value of an image's group. Means are kept relative to it until the end: floats
// around 10000 have no bits left for the differences between partial means.
template <typename T>
__device__ float group_origin(const T* x, const ChannelTiles& t, std::int64_t image,
                              std::int64_t group) {
  return static_cast<float>(x[image * t.rows * t.channels + group * t.group_channels]);
}

// Memory-bound: each element is read once, in packs of 16 bytes. Sums are shifted by the
// thread's first value, which bounds cancellation by its number of rows (moments.h).
template <typename T, int N>
__global__ void moments_kernel(const T* x, ChannelTiles t, Moments<float>* partial) {
  const TilePlace place = tile_place<N>(t);
  float shift[N] = {}, sum[N] = {}, squares[N] = {};
  float count = 0;
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const Pack<T, N> in = load_pack<T, N>(x + row * t.channels + place.channel);
    for (int k = 0; k < N; ++k) {
      const float value = static_cast<float>(in.value[k]);
      if (count == 0) shift[k] = value;
      const float d = value - shift[k];
      sum[k] += d;
      squares[k] += d * d;
    }
    count += 1;
  }
  for (int k = 0; k < N; ++k) {
    Moments<float> moments{0, 0, 0};
    if (count > 0) {
      const float origin = group_origin(x, t, blockIdx.z, (place.channel + k) / t.group_channels);
      moments = shifted_moments(count, shift[k] - origin, sum[k], squares[k]);
    }
    moments =
        reduce_rows(moments, t.lanes, [](const auto& a, const auto& b) { return merge(a, b); });
    if (place.writes_sums) partial[place.first_partial + k] = moments;
  }
}

// One block per group and image: joins the partial moments of its chunks and channels; the
// mean is relative to the group's origin. The result is in thread 0.
__device__ Moments<float> join_chunks(const Moments<float>* partial, const ChannelTiles& t) {
  Moments<float> moments{0, 0, 0};
  const std::int64_t items = std::int64_t{t.chunks} * t.group_channels;
  for (std::int64_t i = threadIdx.x; i < items; i += kNormThreads) {
    const std::int64_t chunk = std::int64_t{blockIdx.y} * t.chunks + i / t.group_channels;
    const std::int64_t c = std::int64_t{blockIdx.x} * t.group_channels + i % t.group_channels;
    moments = merge(moments, partial[chunk * t.channels + c]);
  }
  return reduce_rows(moments, 1, [](const auto& a, const auto& b) { return merge(a, b); });
}

// RunningStatistics on the device; Real is what the update is computed in.
template <typename Real>
struct Running {
  float *mean, *variance;
  std::int64_t* batches;
  Real momentum;

  // One thread per channel.
  __device__ void update(std::int64_t channel, Real batch_mean, Real unbiased) const {
    if (mean == nullptr) return;
    const Real kept = Real{1} - momentum;
    mean[channel] = static_cast<float>(kept * mean[channel] + momentum * batch_mean);
    variance[channel] = static_cast<float>(kept * variance[channel] + momentum * unbiased);
    if (channel == 0 && batches != nullptr) ++*batches;
  }
};

template <typename T>
__global__ void statistics_kernel(const T* x, const Moments<float>* partial, ChannelTiles t,
                                  float eps, float* mean, float* inv_std, Running<float> running) {
  Moments<float> moments = join_chunks(partial, t);
  if (threadIdx.x != 0) return;
  const std::int64_t group = std::int64_t{blockIdx.y} * t.groups + blockIdx.x;
  moments.mean += group_origin(x, t, blockIdx.y, blockIdx.x);
  mean[group] = moments.mean;
  inv_std[group] = 1.0f / sqrtf(moments.m2 / moments.count + eps);
  running.update(group, moments.mean, moments.m2 / (moments.count - 1.0f));
}

// The same moments for other ranks; in double the origin costs the mean nothing.
template <typename T>
__global__ void joined_moments_kernel(const T* x, const Moments<float>* partial, ChannelTiles t,
                                      Moments<double>* joined) {
  const Moments<float> moments = join_chunks(partial, t);
  if (threadIdx.x != 0) return;
  const double origin = group_origin(x, t, blockIdx.y, blockIdx.x);
  joined[std::int64_t{blockIdx.y} * t.groups + blockIdx.x] = {moments.count, origin + moments.mean,
                                                              moments.m2};
}

// A thread per channel.
__global__ void use_moments_kernel(const Moments<double>* ranks_moments, int ranks, int channels,
                                   double eps, float* mean, float* inv_std,
                                   Running<double> running) {
  const std::int64_t c = global_thread();
  if (c >= channels) return;
  Moments<double> moments = ranks_moments[c];
  for (std::int64_t rank = 1; rank < ranks; ++rank) {
    moments = merge(moments, ranks_moments[rank * channels + c]);
  }
  mean[c] = static_cast<float>(moments.mean);
  inv_std[c] = static_cast<float>(1.0 / sqrt(moments.m2 / moments.count + eps));
  running.update(c, moments.mean, moments.m2 / (moments.count - 1.0));
}

__global__ void use_running_kernel(const float* running_mean, const float* running_var,
                                   std::int64_t channels, float eps, float* mean, float* inv_std) {
  const std::int64_t c = global_thread();
  if (c >= channels) return;
  mean[c] = running_mean[c];
  inv_std[c] = 1.0f / sqrtf(running_var[c] + eps);
}

// Memory-bound: x (and the residual) read once, y written once, in packs of 16 bytes.
template <typename T, int N>
__global__ void apply_kernel(const T* x, const T* residual, const float* gamma, const float* beta,
                             const float* mean, const float* inv_std, ChannelTiles t, bool relu,
                             T* y) {
  const TilePlace place = tile_place<N>(t);
  const ChannelValues<N> p = channel_values<N>(t, place, mean, inv_std, gamma, beta);
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> in = load_pack<T, N>(x + at);
    Pack<T, N> extra{};
    if (residual != nullptr) extra = load_pack<T, N>(residual + at);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      float value = normalised(static_cast<float>(in.value[k]), p.mean[k], p.scale[k], p.beta[k]);
      if (residual != nullptr) value += static_cast<float>(extra.value[k]);
      if (relu && value < 0.0f) value = 0.0f;
      out.value[k] = static_cast<T>(value);
    }
    *reinterpret_cast<Pack<T, N>*>(y + at) = out;
  }
}

// Calls finish(tag of x's type, tiles, partial moments).
template <typename Finish>
void with_partial_moments(Exec& exec, const ChannelNormSizes& sizes, ConstView x,
                          const Finish& finish) {
  visit_cuda_float("channel_norm", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(sizes.channels);
    const ChannelTiles tiles = channel_tiles(sizes, packed ? kPackWidth<T> : 1);
    const Scratch partial(exec,
                          static_cast<std::size_t>(tiles.partials()) * sizeof(Moments<float>));
    const auto kernel = packed ? moments_kernel<T, kPackWidth<T>> : moments_kernel<T, 1>;
    launch(exec, {tiles.grid(), kNormThreads}, kernel, x.as<T>(), tiles,
           partial.as<Moments<float>>());
    finish(tag, tiles, partial.as<Moments<float>>());
  });
}

dim3 group_grid(const ChannelNormSizes& sizes) {
  return {static_cast<unsigned>(sizes.groups), static_cast<unsigned>(sizes.images)};
}

template <typename Real>
Running<Real> on_device(const RunningStatistics& running) {
  if (running.mean.empty()) return {};
  return {running.mean.as<float>(), running.variance.as<float>(),
          running.batches.empty() ? nullptr : running.batches.as<std::int64_t>(),
          static_cast<Real>(running.momentum)};
}

}  // namespace

void channel_norm_statistics(Exec& exec, const ChannelNormSizes& sizes, double eps, ConstView x,
                             View mean, View inv_std, const RunningStatistics& running) {
  with_partial_moments(
      exec, sizes, x, [&](auto tag, const ChannelTiles& tiles, const Moments<float>* partial) {
        using T = typename decltype(tag)::type;
        launch(exec, {group_grid(sizes), kNormThreads}, statistics_kernel<T>, x.as<T>(), partial,
               tiles, eps, mean.as<float>(), inv_std.as<float>(), on_device<float>(running));
      });
}

void channel_norm_moments(Exec& exec, const ChannelNormSizes& sizes, ConstView x, View moments) {
  with_partial_moments(
      exec, sizes, x, [&](auto tag, const ChannelTiles& tiles, const Moments<float>* partial) {
        using T = typename decltype(tag)::type;
        launch(exec, {group_grid(sizes), kNormThreads}, joined_moments_kernel<T>, x.as<T>(),
               partial, tiles, reinterpret_cast<Moments<double>*>(moments.as<double>()));
      });
}

void channel_norm_use_moments(Exec& exec, double eps, ConstView moments, View mean, View inv_std,
                              const RunningStatistics& running) {
  launch(exec, {blocks_for(mean.numel(), kNormThreads), kNormThreads}, use_moments_kernel,
         reinterpret_cast<const Moments<double>*>(moments.as<double>()), moments.dim(0),
         mean.numel(), eps, mean.as<float>(), inv_std.as<float>(), on_device<double>(running));
}

void channel_norm_use_running(Exec& exec, double eps, const RunningStatistics& running, View mean,
                              View inv_std) {
  launch(exec, {blocks_for(mean.numel(), kNormThreads), kNormThreads}, use_running_kernel,
         running.mean.as<float>(), running.variance.as<float>(), mean.numel(), eps,
         mean.as<float>(), inv_std.as<float>());
}

void channel_norm_apply(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormForward& b) {
  visit_cuda_float("channel_norm", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const bool packed = packs_fit<T>(sizes.channels);
    const ChannelTiles tiles = channel_tiles(sizes, packed ? kPackWidth<T> : 1);
    const auto kernel = packed ? apply_kernel<T, kPackWidth<T>> : apply_kernel<T, 1>;
    launch(exec, {tiles.grid(), kNormThreads}, kernel, b.x.as<T>(),
           b.residual.empty() ? nullptr : b.residual.as<T>(), b.gamma.as<float>(),
           b.beta.as<float>(), b.mean.as<float>(), b.inv_std.as<float>(), tiles, b.relu,
           b.y.as<T>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
