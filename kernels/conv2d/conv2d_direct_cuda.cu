// Convolution by its definition, for the shapes that the vendor library refuses: a network
// must run whatever its layers are, so these take any stride, padding, dilation and groups.
// Sums are float and in a fixed order, without atomics.
#include <algorithm>
#include <array>
#include <type_traits>

#include "engine/cuda/launch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/common/pack.h"
#include "kernels/conv2d/conv2d_parts.h"
#include "kernels/permute/permute.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct Sizes {
  int in_h, in_w, in_c, out_h, out_w, out_c, kernel_h, kernel_w, group_in, group_out;
  Size2 stride, padding, dilation;
};

Sizes sizes_of(const Shape& x, const Shape& weight, const Shape& y, const Conv2dParams& p) {
  const auto size = [](std::int64_t value) { return static_cast<int>(value); };
  return {size(x[1]), size(x[2]),      size(x[3]),      size(y[1]),      size(y[2]),
          size(y[3]), size(weight[1]), size(weight[2]), size(weight[3]), size(y[3]) / p.groups,
          p.stride,   p.padding,       p.dilation};
}

// sums(n) += sum over k < count of row(k) * matrix(k,n), whose rows lie `step` apart. Both
// are read M and N elements at a time; the lanes of a warp share `row`, and their columns
// of the matrix lie side by side.
template <int N, int M, typename T>
__device__ void add_product(const T* row, const T* matrix, long long step, int count,
                            float (&sums)[N]) {
  for (int k = 0; k < count; k += M) {
    const auto factors = *reinterpret_cast<const Pack<T, M>*>(row + k);
    for (int m = 0; m < M; ++m, matrix += step) {
      const auto columns = *reinterpret_cast<const Pack<T, N>*>(matrix);
      const float factor = static_cast<float>(factors.value[m]);
      for (int n = 0; n < N; ++n) sums[n] += factor * static_cast<float>(columns.value[n]);
    }
  }
}

template <int N, typename T>
__device__ void store_pack(const float (&sums)[N], T* to) {
  Pack<T, N> out;
  for (int n = 0; n < N; ++n) out.value[n] = static_cast<T>(sums[n]);
  *reinterpret_cast<Pack<T, N>*>(to) = out;
}

// How a thread's number becomes a pack of channels, its group, and a pixel of the map.
struct MapIndex {
  Divider packs, packs_per_group, width, height;

  MapIndex(const Shape& map, std::int64_t group_channels, int pack)
      : packs(map[3] / pack),
        packs_per_group(group_channels / pack),
        width(map[2]),
        height(map[1]) {}
};

// One thread per pack of N output channels of a pixel; `weight` is [R,S,Cin/groups,Cout].
template <int N, int M, typename T>
__global__ void conv2d_direct_kernel(const T* x, const T* weight, T* y, unsigned threads, Sizes z,
                                     MapIndex index) {
  const unsigned thread = blockIdx.x * kFlatThreads + threadIdx.x;
  if (thread >= threads) return;
  unsigned image = thread;
  const unsigned pack = index.packs.peel(image);
  const int left = static_cast<int>(index.width.peel(image)) * z.stride.w - z.padding.w;
  const int top = static_cast<int>(index.height.peel(image)) * z.stride.h - z.padding.h;
  const int first = static_cast<int>(index.packs_per_group.quotient(pack)) * z.group_in;
  float sums[N] = {};
  for (int r = 0; r < z.kernel_h; ++r) {
    const int h = top + r * z.dilation.h;
    if (h < 0 || h >= z.in_h) continue;
    for (int s = 0; s < z.kernel_w; ++s) {
      const int w = left + s * z.dilation.w;
      if (w < 0 || w >= z.in_w) continue;
      const long long pixel = (static_cast<long long>(image) * z.in_h + h) * z.in_w + w;
      const long long tap = static_cast<long long>(r * z.kernel_w + s) * z.group_in;
      add_product<N, M>(x + pixel * z.in_c + first, weight + tap * z.out_c + pack * N, z.out_c,
                        z.group_in, sums);
    }
  }
  store_pack(sums, y + static_cast<long long>(thread) * N);
}

// One thread per pack of N channels of a pixel of dx: it gathers from the outputs that read
// the pixel. `weight` is [Cout,R,S,Cin/groups].
template <int N, int M, typename T>
__global__ void conv2d_direct_backward_data_kernel(const T* dy, const T* weight, T* dx,
                                                   unsigned threads, Sizes z, MapIndex index,
                                                   Divider stride_h, Divider stride_w) {
  const unsigned thread = blockIdx.x * kFlatThreads + threadIdx.x;
  if (thread >= threads) return;
  unsigned image = thread;
  const unsigned pack = index.packs.peel(image);
  const int w = static_cast<int>(index.width.peel(image));
  const int h = static_cast<int>(index.height.peel(image));
  const int group = static_cast<int>(index.packs_per_group.quotient(pack));
  const int channel = static_cast<int>(pack) * N - group * z.group_in;
  const int first = group * z.group_out;
  const long long filter = static_cast<long long>(z.kernel_h) * z.kernel_w * z.group_in;
  float sums[N] = {};
  for (int r = 0; r < z.kernel_h; ++r) {
    const int below = h + z.padding.h - r * z.dilation.h;
    if (below < 0) continue;
    unsigned i = static_cast<unsigned>(below);
    if (stride_h.peel(i) != 0 || i >= static_cast<unsigned>(z.out_h)) continue;
    for (int s = 0; s < z.kernel_w; ++s) {
      const int right = w + z.padding.w - s * z.dilation.w;
      if (right < 0) continue;
      unsigned j = static_cast<unsigned>(right);
      if (stride_w.peel(j) != 0 || j >= static_cast<unsigned>(z.out_w)) continue;
      const long long pixel = (static_cast<long long>(image) * z.out_h + i) * z.out_w + j;
      const long long tap = static_cast<long long>(r * z.kernel_w + s) * z.group_in;
      add_product<N, M>(dy + pixel * z.out_c + first, weight + first * filter + tap + channel,
                        filter, z.group_out, sums);
    }
  }
  store_pack(sums, dx + static_cast<long long>(thread) * N);
}

// One thread per element of the weight and piece of the output's rows. Threads are numbered
// [R,S,Cin/groups,Cout], so that a warp reads neighbours of dy, or of x where Cout is small.
template <typename T>
__global__ void conv2d_direct_backward_weight_kernel(const T* x, const T* dy, float* pieces,
                                                     unsigned elements, int rows,
                                                     int rows_per_piece, Sizes z, Divider out_c,
                                                     Divider group_out, Divider group_in,
                                                     Divider kernel_w, Divider out_h) {
  const unsigned element = blockIdx.x * kFlatThreads + threadIdx.x;
  if (element >= elements) return;
  unsigned rest = element;
  const unsigned o = out_c.peel(rest);
  const unsigned c = group_in.peel(rest);
  const int left = static_cast<int>(kernel_w.peel(rest)) * z.dilation.w - z.padding.w;
  const int top = static_cast<int>(rest) * z.dilation.h - z.padding.h;
  const T* x_channel = x + group_out.quotient(o) * z.group_in + c;
  float sum = 0.0f;
  const int begin = static_cast<int>(blockIdx.y) * rows_per_piece;
  const int end = begin + rows_per_piece < rows ? begin + rows_per_piece : rows;
  for (int row = begin; row < end; ++row) {
    unsigned image = static_cast<unsigned>(row);
    const int h = static_cast<int>(out_h.peel(image)) * z.stride.h + top;
    if (h < 0 || h >= z.in_h) continue;
    const T* dy_row = dy + static_cast<long long>(row) * z.out_w * z.out_c + o;
    const T* x_row = x_channel + (static_cast<long long>(image) * z.in_h + h) * z.in_w * z.in_c;
    for (int j = 0, w = left; j < z.out_w; ++j, w += z.stride.w) {
      if (w < 0 || w >= z.in_w) continue;
      sum += static_cast<float>(dy_row[static_cast<long long>(j) * z.out_c]) *
             static_cast<float>(x_row[static_cast<long long>(w) * z.in_c]);
    }
  }
  pieces[static_cast<long long>(blockIdx.y) * elements + element] = sum;
}

// Adds the pieces in order, and turns [R,S,Cin/groups,Cout] into [Cout,R,S,Cin/groups].
template <typename T>
__global__ void conv2d_direct_add_pieces_kernel(const float* pieces, T* dweight, unsigned elements,
                                                int count, Divider out_c) {
  const unsigned element = blockIdx.x * kFlatThreads + threadIdx.x;
  if (element >= elements) return;
  float sum = 0.0f;
  for (int piece = 0; piece < count; ++piece) {
    sum += pieces[static_cast<long long>(piece) * elements + element];
  }
  unsigned place = element;
  const unsigned o = out_c.peel(place);
  dweight[o * (elements / out_c.divisor()) + place] = static_cast<T>(sum);
}

// body(a constant): how many of `channels` a thread reads as one.
template <typename T, typename Body>
void visit_width(std::int64_t channels, const Body& body) {
  if (packs_fit<T>(channels)) {
    body(std::integral_constant<int, kPackWidth<T>>{});
  } else {
    body(std::integral_constant<int, 1>{});
  }
}

// Enough threads to fill any GPU; the number decides how sums are split, so it is the same
// on all of them.
constexpr std::int64_t kWeightThreads = 1 << 19;

}  // namespace

void conv2d_direct(Exec& exec, ConstView x, ConstView weight, View y, const Conv2dParams& params) {
  const Sizes z = sizes_of(x.shape, weight.shape, y.shape, params);
  const Scratch memory(exec, weight.size_bytes());
  const View by_output{
      memory.data(), {weight.dim(1), weight.dim(2), weight.dim(3), weight.dim(0)}, weight.dtype};
  permute(exec, weight, by_output, std::array{1, 2, 3, 0});
  visit_cuda_float("conv2d", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_width<T>(z.group_out, [&](auto n) {
      visit_width<T>(z.group_in, [&](auto m) {
        constexpr int kN = decltype(n)::value, kM = decltype(m)::value;
        const std::int64_t threads = y.numel() / kN;
        launch(exec, {flat_blocks("conv2d", threads), kFlatThreads},
               conv2d_direct_kernel<kN, kM, T>, x.as<T>(), by_output.as<T>(), y.as<T>(),
               static_cast<unsigned>(threads), z, MapIndex(y.shape, z.group_out, kN));
      });
    });
  });
}

void conv2d_direct_backward_data(Exec& exec, ConstView dy, ConstView weight, View dx,
                                 const Conv2dParams& params) {
  const Sizes z = sizes_of(dx.shape, weight.shape, dy.shape, params);
  visit_cuda_float("conv2d_backward_data", dx.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    visit_width<T>(z.group_in, [&](auto n) {
      visit_width<T>(z.group_out, [&](auto m) {
        constexpr int kN = decltype(n)::value, kM = decltype(m)::value;
        const std::int64_t threads = dx.numel() / kN;
        launch(exec, {flat_blocks("conv2d_backward_data", threads), kFlatThreads},
               conv2d_direct_backward_data_kernel<kN, kM, T>, dy.as<T>(), weight.as<T>(),
               dx.as<T>(), static_cast<unsigned>(threads), z, MapIndex(dx.shape, z.group_in, kN),
               Divider(z.stride.h), Divider(z.stride.w));
      });
    });
  });
}

void conv2d_direct_backward_weight(Exec& exec, ConstView x, ConstView dy, View dweight,
                                   const Conv2dParams& params) {
  const Sizes z = sizes_of(x.shape, dweight.shape, dy.shape, params);
  const std::int64_t elements = dweight.numel(), rows = dy.dim(0) * dy.dim(1);
  const unsigned blocks = flat_blocks("conv2d_backward_weight", elements);
  const std::int64_t wanted = std::clamp<std::int64_t>(kWeightThreads / elements, 1, 512);
  const std::int64_t rows_per_piece = (rows + wanted - 1) / wanted;
  const std::int64_t pieces = (rows + rows_per_piece - 1) / rows_per_piece;
  const Scratch sums(exec, static_cast<std::size_t>(pieces * elements) * sizeof(float));
  visit_cuda_float("conv2d_backward_weight", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    launch(exec, {{blocks, static_cast<unsigned>(pieces)}, kFlatThreads},
           conv2d_direct_backward_weight_kernel<T>, x.as<T>(), dy.as<T>(), sums.as<float>(),
           static_cast<unsigned>(elements), static_cast<int>(rows),
           static_cast<int>(rows_per_piece), z, Divider(z.out_c), Divider(z.group_out),
           Divider(z.group_in), Divider(z.kernel_w), Divider(dy.dim(1)));
    launch(exec, {blocks, kFlatThreads}, conv2d_direct_add_pieces_kernel<T>, sums.as<float>(),
           dweight.as<T>(), static_cast<unsigned>(elements), static_cast<int>(pieces),
           Divider(z.out_c));
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
