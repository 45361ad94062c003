#include "kernels/channel_norm/channel_norm_tiles.h"
#include "kernels/hardswish_norm/hardswish_norm_parts.h"

// All passes are bound by memory: x (and dy) are read once in 16-byte packs along the channels, a
// thread keeps its channels' parameters in registers, and nothing in between is written.
namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct NormPointers {
  const float *mean, *inv_std, *gamma, *beta;
};

NormPointers pointers(const NormedMap& m) {
  return {m.mean.as<float>(), m.inv_std.as<float>(), m.gamma.as<float>(), m.beta.as<float>()};
}

ChannelTiles tiles_of(const ConstView& x, int pack) {
  const std::int64_t images = x.dim(0), channels = x.dim(-1);
  return channel_tiles({images, x.numel() / images / channels, channels, channels}, pack);
}

// z of N channels.
template <int N>
struct Norm {
  float mean[N], scale[N], beta[N];

  __device__ Norm(const NormPointers& norm, const TilePlace& place) {
    for (int k = 0; k < N; ++k) {
      const int c = place.inside ? place.channel + k : 0;
      mean[k] = norm.mean[c];
      scale[k] = norm.gamma[c] * norm.inv_std[c];
      beta[k] = norm.beta[c];
    }
  }
  __device__ float z(float x, int k) const { return normalised(x, mean[k], scale[k], beta[k]); }
};

// The gates of this block's image, `otherwise` where there are none.
template <typename T, int N>
struct Gates {
  float value[N];

  __device__ Gates(const T* gate, const ChannelTiles& t, const TilePlace& place, float otherwise,
                   float factor) {
    const std::int64_t first = std::int64_t{blockIdx.z} * t.channels + place.channel;
    for (int k = 0; k < N; ++k) {
      value[k] = gate != nullptr && place.inside ? factor * static_cast<float>(gate[first + k])
                                                 : otherwise;
    }
  }
};

template <typename T, int N>
__global__ void multiply_kernel(const T* x, NormPointers norm_pointers, const T* gate,
                                ChannelTiles t, T* y) {
  const TilePlace place = tile_place<N>(t);
  const Norm<N> norm(norm_pointers, place);
  const Gates<T, N> gates(gate, t, place, 1, 1);
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> in = load_pack<T, N>(x + at);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float h = Hardswish<float>{}.value(norm.z(static_cast<float>(in.value[k]), k));
      out.value[k] = static_cast<T>(h * gates.value[k]);
    }
    *reinterpret_cast<Pack<T, N>*>(y + at) = out;
  }
}

template <typename T, int N>
__global__ void backward_kernel(const T* x, const T* dy, NormPointers norm_pointers, const T* gate,
                                const T* daverage, ChannelTiles t, T* dz) {
  const TilePlace place = tile_place<N>(t);
  const Norm<N> norm(norm_pointers, place);
  const Gates<T, N> gates(gate, t, place, 1, 1);
  const Gates<T, N> extra(daverage, t, place, 0, 1.0f / static_cast<float>(t.rows));
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> in = load_pack<T, N>(x + at), gradient = load_pack<T, N>(dy + at);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float z = norm.z(static_cast<float>(in.value[k]), k);
      const float g = static_cast<float>(gradient.value[k]) * gates.value[k] + extra.value[k];
      out.value[k] = static_cast<T>(Hardswish<float>{}.gradient(z, g));
    }
    *reinterpret_cast<Pack<T, N>*>(dz + at) = out;
  }
}

struct Add {
  __device__ float operator()(float a, float b) const { return a + b; }
};

// Sums of h, or of dy * h where there is a dy, of each chunk of rows.
template <typename T, int N>
__global__ void sums_kernel(const T* x, const T* dy, NormPointers norm_pointers, ChannelTiles t,
                            float* partial) {
  const TilePlace place = tile_place<N>(t);
  const Norm<N> norm(norm_pointers, place);
  float sums[N] = {};
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> in = load_pack<T, N>(x + at);
    Pack<T, N> gradient{};
    if (dy != nullptr) gradient = load_pack<T, N>(dy + at);
    for (int k = 0; k < N; ++k) {
      const float h = Hardswish<float>{}.value(norm.z(static_cast<float>(in.value[k]), k));
      sums[k] += dy != nullptr ? h * static_cast<float>(gradient.value[k]) : h;
    }
  }
  for (int k = 0; k < N; ++k) {
    const float total = reduce_rows(sums[k], t.lanes, Add{});
    if (place.writes_sums) partial[place.first_partial + k] = total;
  }
}

// One thread per image and channel: adds the chunks in order.
template <typename T>
__global__ void finish_kernel(const float* partial, ChannelTiles t, float factor, T* result) {
  const int index = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int channel = index % t.channels, image = index / t.channels;
  if (image >= static_cast<int>(t.images)) return;
  float total = 0;
  for (unsigned chunk = 0; chunk < t.chunks; ++chunk) {
    total += partial[(std::int64_t{image} * t.chunks + chunk) * t.channels + channel];
  }
  result[index] = static_cast<T>(factor * total);
}

template <typename T>
const T* pointer_or_none(const ConstView& view) {
  return view.empty() ? nullptr : view.as<T>();
}

// Calls body(T{}, N) with the element type and the pack that fits the channels.
template <typename Body>
void with_packs(const char* op, const ConstView& x, const Body& body) {
  visit_cuda_float(op, x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (packs_fit<T>(x.dim(-1))) {
      body(tag, std::integral_constant<int, kPackWidth<T>>{});
    } else {
      body(tag, std::integral_constant<int, 1>{});
    }
  });
}

void image_sums(Exec& exec, const char* op, const NormedMap& map, const ConstView& dy, bool average,
                const View& result) {
  with_packs(op, map.x, [&](auto tag, auto pack) {
    using T = typename decltype(tag)::type;
    constexpr int kPack = decltype(pack)::value;
    const ChannelTiles tiles = tiles_of(map.x, kPack);
    const Scratch partial(exec, static_cast<std::size_t>(tiles.partials()) * sizeof(float));
    launch(exec, {tiles.grid(), kNormThreads}, sums_kernel<T, kPack>, map.x.as<T>(),
           pointer_or_none<T>(dy), pointers(map), tiles, partial.as<float>());
    const std::int64_t results = result.numel();
    launch(exec, {blocks_for(results, kNormThreads), kNormThreads}, finish_kernel<T>,
           partial.as<float>(), tiles, average ? 1.0f / static_cast<float>(tiles.rows) : 1.0f,
           result.as<T>());
  });
}

}  // namespace

void hardswish_norm(Exec& exec, const NormedMap& map, ConstView gate, View y) {
  with_packs("hardswish_norm", map.x, [&](auto tag, auto pack) {
    using T = typename decltype(tag)::type;
    constexpr int kPack = decltype(pack)::value;
    const ChannelTiles tiles = tiles_of(map.x, kPack);
    launch(exec, {tiles.grid(), kNormThreads}, multiply_kernel<T, kPack>, map.x.as<T>(),
           pointers(map), pointer_or_none<T>(gate), tiles, y.as<T>());
  });
}

void hardswish_norm_average(Exec& exec, const NormedMap& map, View average) {
  image_sums(exec, "hardswish_norm_average", map, {}, true, average);
}

void hardswish_norm_gate_gradient(Exec& exec, const NormedMap& map, ConstView dy, View dgate) {
  image_sums(exec, "hardswish_norm_gate_gradient", map, dy, false, dgate);
}

void hardswish_norm_backward(Exec& exec, const NormedMap& map, ConstView dy, ConstView gate,
                             ConstView daverage, View dz) {
  with_packs("hardswish_norm_backward", map.x, [&](auto tag, auto pack) {
    using T = typename decltype(tag)::type;
    constexpr int kPack = decltype(pack)::value;
    const ChannelTiles tiles = tiles_of(map.x, kPack);
    launch(exec, {tiles.grid(), kNormThreads}, backward_kernel<T, kPack>, map.x.as<T>(), dy.as<T>(),
           pointers(map), pointer_or_none<T>(gate), pointer_or_none<T>(daverage), tiles,
           dz.as<T>());
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
