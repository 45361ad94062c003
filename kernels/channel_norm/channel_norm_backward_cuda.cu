#include <type_traits>

#include "kernels/channel_norm/channel_norm_parts.h"
#include "kernels/channel_norm/channel_norm_tiles.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// sum g and sum g (x - mean), of a chunk and channel.
struct GradientSums {
  float g;
  float g_centred;
};

struct AddSums {
  __device__ GradientSums operator()(const GradientSums& a, const GradientSums& b) const {
    return {a.g + b.g, a.g_centred + b.g_centred};
  }
};

// What both passes read and write; y and dresidual only with relu and a residual.
template <typename T>
struct Maps {
  const T* dy;
  const T* x;
  const T* y;
  T* dresidual;
  T* dx;
  const float* gamma;
  const float* beta;
  const float* mean;
  const float* inv_std;
  bool relu;
};

// Memory-bound: dy, x (and y) read once in packs of 16 bytes, g written once if it is kept.
template <typename T, int N>
__global__ void sums_kernel(Maps<T> m, ChannelTiles t, GradientSums* partial) {
  const TilePlace place = tile_place<N>(t);
  const ChannelValues<N> p = channel_values<N>(t, place, m.mean, m.inv_std, m.gamma, m.beta);
  const bool by_output = m.y != nullptr;
  float sum[N] = {}, sum_centred[N] = {};
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    Pack<T, N> dy = load_pack<T, N>(m.dy + at);
    const Pack<T, N> x = load_pack<T, N>(m.x + at);
    Pack<T, N> y{};
    if (by_output) y = load_pack<T, N>(m.y + at);
    for (int k = 0; k < N; ++k) {
      const float value = static_cast<float>(x.value[k]);
      const float result = by_output ? static_cast<float>(y.value[k])
                                     : normalised(value, p.mean[k], p.scale[k], p.beta[k]);
      if (m.relu && result <= 0.0f) dy.value[k] = static_cast<T>(0.0f);
      const float g = static_cast<float>(dy.value[k]);
      sum[k] += g;
      sum_centred[k] += g * (value - p.mean[k]);
    }
    if (by_output) *reinterpret_cast<Pack<T, N>*>(m.dresidual + at) = dy;
  }
  for (int k = 0; k < N; ++k) {
    const auto total = reduce_rows(GradientSums{sum[k], sum_centred[k]}, t.lanes, AddSums{});
    if (place.writes_sums) partial[place.first_partial + k] = total;
  }
}

// What the statistics' own gradients subtract: dx = g scale - q - (x - mean) r.
struct Correction {
  float q;
  float r;
};

// One block per group and image: adds its chunks and channels, weighted by gamma.
__global__ void correction_kernel(const GradientSums* partial, ChannelTiles t, const float* gamma,
                                  const float* inv_std, Correction* corrections) {
  GradientSums sums{0, 0};
  const std::int64_t items = std::int64_t{t.chunks} * t.group_channels;
  for (std::int64_t i = threadIdx.x; i < items; i += kNormThreads) {
    const std::int64_t chunk = std::int64_t{blockIdx.y} * t.chunks + i / t.group_channels;
    const std::int64_t c = std::int64_t{blockIdx.x} * t.group_channels + i % t.group_channels;
    const GradientSums part = partial[chunk * t.channels + c];
    sums = AddSums{}(sums, {gamma[c] * part.g, gamma[c] * part.g_centred});
  }
  sums = reduce_rows(sums, 1, AddSums{});
  if (threadIdx.x != 0) return;
  const std::int64_t group = std::int64_t{blockIdx.y} * t.groups + blockIdx.x;
  const float scale = inv_std[group];
  const float share = scale / (static_cast<float>(t.rows) * static_cast<float>(t.group_channels));
  corrections[group] = {share * sums.g, share * scale * scale * sums.g_centred};
}

// One block per channel: adds all images and chunks.
__global__ void parameters_kernel(const GradientSums* partial, ChannelTiles t, const float* inv_std,
                                  float* dgamma, float* dbeta) {
  const std::int64_t c = blockIdx.x;
  GradientSums sums{0, 0};
  const std::int64_t items = std::int64_t{t.images} * t.chunks;
  for (std::int64_t i = threadIdx.x; i < items; i += kNormThreads) {
    const float scale = inv_std[i / t.chunks * t.groups + c / t.group_channels];
    const GradientSums part = partial[i * t.channels + c];
    sums = AddSums{}(sums, {part.g, scale * part.g_centred});
  }
  sums = reduce_rows(sums, 1, AddSums{});
  if (threadIdx.x != 0) return;
  dbeta[c] = sums.g;
  dgamma[c] = sums.g_centred;
}

// Batch norm over ranks, one block per channel: adds all chunks.
__global__ void gradient_sums_kernel(const GradientSums* partial, ChannelTiles t,
                                     const float* inv_std, float* dgamma, float* dbeta,
                                     double* sums) {
  const std::int64_t c = blockIdx.x;
  GradientSums own{0, 0};
  for (std::int64_t chunk = threadIdx.x; chunk < t.chunks; chunk += kNormThreads) {
    own = AddSums{}(own, partial[chunk * t.channels + c]);
  }
  own = reduce_rows(own, 1, AddSums{});
  if (threadIdx.x != 0) return;
  dbeta[c] = own.g;
  dgamma[c] = own.g_centred * inv_std[c];
  sums[3 * c] = own.g;
  sums[3 * c + 1] = own.g_centred;
  sums[3 * c + 2] = static_cast<double>(t.rows);
}

// A thread per channel.
__global__ void corrections_from_sums_kernel(const double* sums, int channels, const float* gamma,
                                             const float* inv_std, Correction* corrections) {
  const std::int64_t c = global_thread();
  if (c >= channels) return;
  const double scale = inv_std[c];
  const double share = scale / sums[3 * c + 2] * gamma[c];
  corrections[c] = {static_cast<float>(share * sums[3 * c]),
                    static_cast<float>(share * scale * scale * sums[3 * c + 1])};
}

// Memory-bound: g and x read once, dx written once. `corrections` may be null: eval mode.
template <typename T, int N>
__global__ void dx_kernel(Maps<T> m, ChannelTiles t, const Correction* corrections) {
  const TilePlace place = tile_place<N>(t);
  const ChannelValues<N> p = channel_values<N>(t, place, m.mean, m.inv_std, m.gamma, m.beta);
  Correction correction[N] = {};
  if (corrections != nullptr && place.inside) {
    for (int k = 0; k < N; ++k) {
      correction[k] =
          corrections[std::int64_t{blockIdx.z} * t.groups + (place.channel + k) / t.group_channels];
    }
  }
  const bool kept = m.dresidual != nullptr;  // then it holds g, the masked dy
  const T* g_map = kept ? m.dresidual : m.dy;
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> dy = load_pack<T, N>(g_map + at);
    const Pack<T, N> x = load_pack<T, N>(m.x + at);
    Pack<T, N> dx;
    for (int k = 0; k < N; ++k) {
      const float value = static_cast<float>(x.value[k]);
      float g = static_cast<float>(dy.value[k]);
      if (m.relu && !kept && normalised(value, p.mean[k], p.scale[k], p.beta[k]) <= 0.0f) {
        g = 0.0f;
      }
      dx.value[k] =
          static_cast<T>(g * p.scale[k] - correction[k].q - (value - p.mean[k]) * correction[k].r);
    }
    *reinterpret_cast<Pack<T, N>*>(m.dx + at) = dx;
  }
}

template <typename T>
Maps<T> maps_of(const ChannelNormBackward& b) {
  const bool keeps_g = !b.dresidual.empty();
  return {b.dy.as<T>(),
          b.x.as<T>(),
          keeps_g ? b.y.as<T>() : nullptr,
          keeps_g ? b.dresidual.as<T>() : nullptr,
          b.dx.as<T>(),
          b.gamma.as<float>(),
          b.beta.as<float>(),
          b.mean.as<float>(),
          b.inv_std.as<float>(),
          b.relu};
}

// Room for the sums of all chunks, and the pass that fills it.
template <typename T, int N>
class PartialSums {
 public:
  PartialSums(Exec& exec, const Maps<T>& maps, const ChannelTiles& tiles)
      : room_(exec, static_cast<std::size_t>(tiles.partials()) * sizeof(GradientSums)) {
    launch(exec, {tiles.grid(), kNormThreads}, sums_kernel<T, N>, maps, tiles, get());
  }
  GradientSums* get() const { return room_.template as<GradientSums>(); }

 private:
  Scratch room_;
};

template <typename T, int N>
void backward(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormBackward& b) {
  const Maps<T> maps = maps_of<T>(b);
  const ChannelTiles tiles = channel_tiles(sizes, N);
  const PartialSums<T, N> partial(exec, maps, tiles);
  const Scratch corrections(
      exec, static_cast<std::size_t>(sizes.images * sizes.groups) * sizeof(Correction));
  launch(exec, {static_cast<unsigned>(sizes.channels), kNormThreads}, parameters_kernel,
         partial.get(), tiles, maps.inv_std, b.dgamma.as<float>(), b.dbeta.as<float>());
  if (b.through_statistics) {
    const dim3 groups(static_cast<unsigned>(sizes.groups), static_cast<unsigned>(sizes.images));
    launch(exec, {groups, kNormThreads}, correction_kernel, partial.get(), tiles, maps.gamma,
           maps.inv_std, corrections.as<Correction>());
  }
  launch(exec, {tiles.grid(), kNormThreads}, dx_kernel<T, N>, maps, tiles,
         b.through_statistics ? corrections.as<Correction>() : nullptr);
}

template <typename T, int N>
void gradient_sums(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormBackward& b,
                   View sums) {
  const Maps<T> maps = maps_of<T>(b);
  const ChannelTiles tiles = channel_tiles(sizes, N);
  const PartialSums<T, N> partial(exec, maps, tiles);
  launch(exec, {static_cast<unsigned>(sizes.channels), kNormThreads}, gradient_sums_kernel,
         partial.get(), tiles, maps.inv_std, b.dgamma.as<float>(), b.dbeta.as<float>(),
         sums.as<double>());
}

template <typename T, int N>
void gradient_from_sums(Exec& exec, const ChannelNormSizes& sizes, const ChannelNormBackward& b,
                        ConstView sums) {
  const Maps<T> maps = maps_of<T>(b);
  const Scratch corrections(exec, static_cast<std::size_t>(sizes.channels) * sizeof(Correction));
  launch(exec, {blocks_for(sizes.channels, kNormThreads), kNormThreads},
         corrections_from_sums_kernel, sums.as<double>(), sizes.channels, maps.gamma, maps.inv_std,
         corrections.as<Correction>());
  const ChannelTiles tiles = channel_tiles(sizes, N);
  launch(exec, {tiles.grid(), kNormThreads}, dx_kernel<T, N>, maps, tiles,
         corrections.as<Correction>());
}

// Calls f(tag of the element type, integral_constant of the pack's width).
template <typename F>
void visit_packed(const ChannelNormSizes& sizes, const ChannelNormBackward& b, const F& f) {
  visit_cuda_float("channel_norm_backward", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (packs_fit<T>(sizes.channels)) {
      f(tag, std::integral_constant<int, kPackWidth<T>>{});
    } else {
      f(tag, std::integral_constant<int, 1>{});
    }
  });
}

}  // namespace

void channel_norm_backward(Exec& exec, const ChannelNormSizes& sizes,
                           const ChannelNormBackward& b) {
  visit_packed(sizes, b, [&](auto tag, auto width) {
    backward<typename decltype(tag)::type, width()>(exec, sizes, b);
  });
}

void channel_norm_gradient_sums(Exec& exec, const ChannelNormSizes& sizes,
                                const ChannelNormBackward& b, View sums) {
  visit_packed(sizes, b, [&](auto tag, auto width) {
    gradient_sums<typename decltype(tag)::type, width()>(exec, sizes, b, sums);
  });
}

void channel_norm_gradient_from_sums(Exec& exec, const ChannelNormSizes& sizes,
                                     const ChannelNormBackward& b, ConstView sums) {
  visit_packed(sizes, b, [&](auto tag, auto width) {
    gradient_from_sums<typename decltype(tag)::type, width()>(exec, sizes, b, sums);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
