#include <algorithm>
#include <vector>

#include "engine/parallel.h"
#include "kernels/common/inner_loops.h"
#include "kernels/conv2d/conv2d.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::cpu {
namespace {

// The sizes of one convolution. The innermost loops run over `run` elements that lie
// together in x and in the weight: the channels of one tap, or, without groups and
// dilation, of a whole row of taps.
struct Sizes {
  std::int64_t images, in_h, in_w, in_c;
  std::int64_t out_h, out_w, out_c;
  std::int64_t kernel_h, kernel_w, group_in, group_out;
  Conv2dParams params;
  bool row_is_one_run;

  Sizes(const Shape& x, const Shape& weight, const Shape& y, const Conv2dParams& p)
      : images(x[0]),
        in_h(x[1]),
        in_w(x[2]),
        in_c(x[3]),
        out_h(y[1]),
        out_w(y[2]),
        out_c(y[3]),
        kernel_h(weight[1]),
        kernel_w(weight[2]),
        group_in(weight[3]),
        group_out(y[3] / p.groups),
        params(p),
        row_is_one_run(p.groups == 1 && p.dilation.w == 1) {}

  std::int64_t weight_per_output() const { return kernel_h * kernel_w * group_in; }
};

// Calls body(x_offset, weight_offset, count) for all runs of taps inside the image that
// output pixel (i, j) of `image` reads, in a fixed order. Offsets are of the group's first
// channel in x and of the first element of one output channel in the weight.
template <typename Body>
void for_each_run(const Sizes& z, std::int64_t image, std::int64_t i, std::int64_t j,
                  const Body& body) {
  const std::int64_t top = i * z.params.stride.h - z.params.padding.h;
  const std::int64_t left = j * z.params.stride.w - z.params.padding.w;
  for (std::int64_t r = 0; r < z.kernel_h; ++r) {
    const std::int64_t h = top + r * z.params.dilation.h;
    if (h < 0 || h >= z.in_h) continue;
    const std::int64_t row = (image * z.in_h + h) * z.in_w;
    if (z.row_is_one_run) {
      const std::int64_t first = std::max<std::int64_t>(0, -left);
      const std::int64_t last = std::min(z.kernel_w, z.in_w - left);
      if (first < last) {
        body((row + left + first) * z.in_c, (r * z.kernel_w + first) * z.group_in,
             (last - first) * z.group_in);
      }
      continue;
    }
    for (std::int64_t s = 0; s < z.kernel_w; ++s) {
      const std::int64_t w = left + s * z.params.dilation.w;
      if (w < 0 || w >= z.in_w) continue;
      body((row + w) * z.in_c, (r * z.kernel_w + s) * z.group_in, z.group_in);
    }
  }
}

}  // namespace

void conv2d(Exec&, ConstView x, ConstView weight, ConstView bias, ConstView residual, View y,
            Conv2dParams params, PackedWeight*) {
  const Sizes z(x.shape, weight.shape, y.shape, params);
  visit_float("conv2d", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t work = z.out_c * z.weight_per_output();
    parallel_for(
        z.images * z.out_h * z.out_w, grain_for(work), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t pixel = begin; pixel < end; ++pixel) {
            const std::int64_t j = pixel % z.out_w, i = pixel / z.out_w % z.out_h;
            const std::int64_t image = pixel / z.out_w / z.out_h;
            for (std::int64_t o = 0; o < z.out_c; ++o) {
              const T* x_group = x.as<T>() + o / z.group_out * z.group_in;
              const T* weight_o = weight.as<T>() + o * z.weight_per_output();
              accumulator<T> sum = bias.empty() ? 0 : static_cast<accumulator<T>>(bias.as<T>()[o]);
              for_each_run(z, image, i, j, [&](auto x_at, auto weight_at, auto count) {
                sum += dot(x_group + x_at, weight_o + weight_at, count);
              });
              const std::int64_t at = pixel * z.out_c + o;
              if (!residual.empty()) sum += static_cast<accumulator<T>>(residual.as<T>()[at]);
              if (params.relu && sum < 0) sum = 0;
              if (params.hardswish) sum = Hardswish<accumulator<T>>{}.value(sum);
              y.as<T>()[at] = static_cast<T>(sum);
            }
          }
        });
  });
}

// A pixel of dx gathers: for every tap, the one output that read the pixel through it, if
// there is one. Scattering from dy would let two threads add to one pixel.
void conv2d_backward_data(Exec&, ConstView dy, ConstView weight, View dx, Conv2dParams params) {
  const Sizes z(dx.shape, weight.shape, dy.shape, params);
  // The output index that reads input `in` through `tap`, or -1.
  const auto reader = [](std::int64_t in, std::int64_t tap, int stride, int padding, int dilation,
                         std::int64_t out_size) {
    const std::int64_t from_first = in + padding - tap * dilation;
    if (from_first < 0 || from_first % stride != 0) return std::int64_t{-1};
    const std::int64_t out = from_first / stride;
    return out < out_size ? out : std::int64_t{-1};
  };
  visit_float("conv2d_backward_data", dx.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const std::int64_t work = z.out_c * z.weight_per_output();
    parallel_for(
        z.images * z.in_h * z.in_w, grain_for(work), [&](std::int64_t begin, std::int64_t end) {
          std::vector<Real> sums(static_cast<std::size_t>(z.in_c));
          for (std::int64_t pixel = begin; pixel < end; ++pixel) {
            const std::int64_t w = pixel % z.in_w, h = pixel / z.in_w % z.in_h;
            const std::int64_t image = pixel / z.in_w / z.in_h;
            std::fill(sums.begin(), sums.end(), Real(0));
            for (std::int64_t tap = 0; tap < z.kernel_h * z.kernel_w; ++tap) {
              const std::int64_t i = reader(h, tap / z.kernel_w, params.stride.h, params.padding.h,
                                            params.dilation.h, z.out_h);
              const std::int64_t j = reader(w, tap % z.kernel_w, params.stride.w, params.padding.w,
                                            params.dilation.w, z.out_w);
              if (i < 0 || j < 0) continue;
              const T* dy_pixel = dy.as<T>() + ((image * z.out_h + i) * z.out_w + j) * z.out_c;
              for (std::int64_t o = 0; o < z.out_c; ++o) {
                const T* taps = weight.as<T>() + o * z.weight_per_output() + tap * z.group_in;
                add_scaled(static_cast<Real>(dy_pixel[o]), taps, z.group_in,
                           sums.data() + o / z.group_out * z.group_in);
              }
            }
            std::transform(sums.begin(), sums.end(), dx.as<T>() + pixel * z.in_c,
                           [](Real sum) { return static_cast<T>(sum); });
          }
        });
  });
}

// One thread owns an output channel's whole filter gradient and walks all pixels in order.
void conv2d_backward_weight(Exec&, ConstView x, ConstView dy, View dweight, View dbias,
                            Conv2dParams params) {
  const Sizes z(x.shape, dweight.shape, dy.shape, params);
  visit_float("conv2d_backward_weight", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    parallel_for(z.out_c, 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Real> sums(static_cast<std::size_t>(z.weight_per_output()));
      for (std::int64_t o = begin; o < end; ++o) {
        const T* x_group = x.as<T>() + o / z.group_out * z.group_in;
        std::fill(sums.begin(), sums.end(), Real(0));
        Real bias_sum = 0;
        for (std::int64_t pixel = 0; pixel < z.images * z.out_h * z.out_w; ++pixel) {
          const Real dy_o = static_cast<Real>(dy.as<T>()[pixel * z.out_c + o]);
          bias_sum += dy_o;
          for_each_run(z, pixel / z.out_w / z.out_h, pixel / z.out_w % z.out_h, pixel % z.out_w,
                       [&](auto x_at, auto weight_at, auto count) {
                         add_scaled(dy_o, x_group + x_at, count, sums.data() + weight_at);
                       });
        }
        std::transform(sums.begin(), sums.end(), dweight.as<T>() + o * z.weight_per_output(),
                       [](Real sum) { return static_cast<T>(sum); });
        if (!dbias.empty()) dbias.as<T>()[o] = static_cast<T>(bias_sum);
      }
    });
  });
}

}  // namespace salix::kernels::cpu
