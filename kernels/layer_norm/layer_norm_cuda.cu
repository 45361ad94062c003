#include "kernels/channel_norm/channel_norm_tiles.h"
#include "kernels/common/row_lanes.h"
#include "kernels/layer_norm/layer_norm.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// One warp per row: mean, then deviation, then y.
template <typename T, int N>
__global__ void layer_norm_kernel(const T* x, const float* gamma, const float* beta,
                                  std::int64_t rows, int size, float eps, T* y, float* mean,
                                  float* inv_std) {
  const std::int64_t row = warp_row();
  if (row >= rows) return;  // the whole warp
  const T* in = x + row * size;
  const float count = static_cast<float>(size);
  float sum = 0;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    for (int k = 0; k < N; ++k) sum += static_cast<float>(pack.value[k]);
  });
  const float centre = warp_sum(sum) / count;
  float rest = 0, squares = 0;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    for (int k = 0; k < N; ++k) {
      const float d = static_cast<float>(pack.value[k]) - centre;
      rest += d;
      squares += d * d;
    }
  });
  rest = warp_sum(rest);  // corrects the rounding of `centre`
  const float variance = (warp_sum(squares) - rest * rest / count) / count;
  const float row_mean = centre + rest / count;
  const float scale = 1.0f / sqrtf((variance < 0.0f ? 0.0f : variance) + eps);
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> pack = read_pack<T, N>(in + i);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float value = (static_cast<float>(pack.value[k]) - row_mean) * scale;
      out.value[k] = static_cast<T>(value * gamma[i + k] + beta[i + k]);
    }
    write_pack(y + row * size + i, out);
  });
  if (threadIdx.x % 32 != 0) return;
  mean[row] = row_mean;
  inv_std[row] = scale;
}

// One warp per row: two sums, then dx.
template <typename T, int N>
__global__ void dx_kernel(const T* dy, const T* x, const float* gamma, const float* mean,
                          const float* inv_std, std::int64_t rows, int size, T* dx) {
  const std::int64_t row = warp_row();
  if (row >= rows) return;  // the whole warp
  const float row_mean = mean[row], scale = inv_std[row];
  float sum = 0, sum_centred = 0;
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> in = read_pack<T, N>(x + row * size + i);
    const Pack<T, N> gradient = read_pack<T, N>(dy + row * size + i);
    for (int k = 0; k < N; ++k) {
      const float g = static_cast<float>(gradient.value[k]) * gamma[i + k];
      sum += g;
      sum_centred += g * (static_cast<float>(in.value[k]) - row_mean);
    }
  });
  const float share = scale / static_cast<float>(size);
  const float q = share * warp_sum(sum);
  const float r = share * scale * scale * warp_sum(sum_centred);
  for_lane_packs<N>(size, [&](int i) {
    const Pack<T, N> in = read_pack<T, N>(x + row * size + i);
    const Pack<T, N> gradient = read_pack<T, N>(dy + row * size + i);
    Pack<T, N> out;
    for (int k = 0; k < N; ++k) {
      const float g = static_cast<float>(gradient.value[k]) * gamma[i + k];
      const float h = static_cast<float>(in.value[k]) - row_mean;
      out.value[k] = static_cast<T>(g * scale - q - h * r);
    }
    write_pack(dx + row * size + i, out);
  });
}

struct ParameterSums {
  float dgamma;
  float dbeta;
};

struct AddSums {
  __device__ ParameterSums operator()(const ParameterSums& a, const ParameterSums& b) const {
    return {a.dgamma + b.dgamma, a.dbeta + b.dbeta};
  }
};

// Column sums over a chunk of rows, tiled as channel_norm_tiles.h says.
template <typename T, int N>
__global__ void parameter_sums_kernel(const T* dy, const T* x, const float* mean,
                                      const float* inv_std, ChannelTiles t,
                                      ParameterSums* partial) {
  const TilePlace place = tile_place<N>(t);
  ParameterSums sums[N] = {};
  for (std::int64_t row = place.begin; row < place.end; row += place.step) {
    const std::int64_t at = row * t.channels + place.channel;
    const Pack<T, N> gradient = read_pack<T, N>(dy + at);
    const Pack<T, N> in = read_pack<T, N>(x + at);
    const float row_mean = mean[row], scale = inv_std[row];
    for (int k = 0; k < N; ++k) {
      const float g = static_cast<float>(gradient.value[k]);
      sums[k].dbeta += g;
      sums[k].dgamma += g * (static_cast<float>(in.value[k]) - row_mean) * scale;
    }
  }
  for (int k = 0; k < N; ++k) {
    const ParameterSums total = reduce_rows(sums[k], t.lanes, AddSums{});
    if (place.writes_sums) partial[place.first_partial + k] = total;
  }
}

// One block per column: adds the chunks in a fixed order.
__global__ void parameters_kernel(const ParameterSums* partial, ChannelTiles t, float* dgamma,
                                  float* dbeta) {
  ParameterSums sums{0, 0};
  for (std::int64_t chunk = threadIdx.x; chunk < t.chunks; chunk += kNormThreads) {
    sums = AddSums{}(sums, partial[chunk * t.channels + blockIdx.x]);
  }
  sums = reduce_rows(sums, 1, AddSums{});
  if (threadIdx.x != 0) return;
  dgamma[blockIdx.x] = sums.dgamma;
  dbeta[blockIdx.x] = sums.dbeta;
}

template <typename T, int N>
void backward(Exec& exec, const LayerNormBackwardBuffers& b) {
  const std::int64_t size = b.x.dim(-1), rows = b.x.numel() / size;
  launch(exec, {blocks_for_rows(rows), kRowThreads}, dx_kernel<T, N>, b.dy.as<T>(), b.x.as<T>(),
         b.gamma.as<float>(), b.mean.as<float>(), b.inv_std.as<float>(), rows, size, b.dx.as<T>());
  const ChannelTiles tiles = channel_tiles({1, rows, size, size}, N);
  const Scratch partial(exec, static_cast<std::size_t>(tiles.partials()) * sizeof(ParameterSums));
  launch(exec, {tiles.grid(), kNormThreads}, parameter_sums_kernel<T, N>, b.dy.as<T>(), b.x.as<T>(),
         b.mean.as<float>(), b.inv_std.as<float>(), tiles, partial.as<ParameterSums>());
  launch(exec, {static_cast<unsigned>(size), kNormThreads}, parameters_kernel,
         partial.as<ParameterSums>(), tiles, b.dgamma.as<float>(), b.dbeta.as<float>());
}

}  // namespace

void layer_norm(Exec& exec, const LayerNormBuffers& b, const LayerNormParams& params) {
  visit_cuda_float("layer_norm", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t size = b.x.dim(-1), rows = b.x.numel() / size;
    const auto kernel =
        packs_fit<T>(size) ? layer_norm_kernel<T, kPackWidth<T>> : layer_norm_kernel<T, 1>;
    launch(exec, {blocks_for_rows(rows), kRowThreads}, kernel, b.x.as<T>(), b.gamma.as<float>(),
           b.beta.as<float>(), rows, size, params.eps, b.y.as<T>(), b.mean.as<float>(),
           b.inv_std.as<float>());
  });
}

void layer_norm_backward(Exec& exec, const LayerNormBackwardBuffers& b) {
  visit_cuda_float("layer_norm_backward", b.x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (packs_fit<T>(b.x.dim(-1))) {
      backward<T, kPackWidth<T>>(exec, b);
    } else {
      backward<T, 1>(exec, b);
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
