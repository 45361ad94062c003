#include "kernels/common/full_precision.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/iou/iou.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::cpu {

void iou(Exec&, ConstView x, ConstView target, View loss, View sums, IouParams params) {
  visit_full_precision("iou", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = x.dim(0), pixels = x.numel() / images;
    double total = 0;
    for (std::int64_t n = 0; n < images; ++n) {
      const T* logits = x.as<T>() + n * pixels;
      const T* wanted = target.as<T>() + n * pixels;
      const bool threshold = params.threshold_target;
      const auto [common, all] = ordered_sums<2, T>(pixels, [=](std::int64_t i) {
        const T q = Sigmoid<T>{}.value(logits[i]), t = iou_target(wanted[i], threshold);
        return std::array<T, 2>{q * t, q + t - q * t};
      });
      sums.as<T>()[2 * n] = static_cast<T>(common);
      sums.as<T>()[2 * n + 1] = static_cast<T>(all);
      total += 1.0 - common / (all + params.epsilon);
    }
    *loss.as<T>() = static_cast<T>(total / static_cast<double>(images));
  });
}

void iou_backward(Exec&, ConstView dloss, ConstView x, ConstView target, ConstView sums, View dx,
                  IouParams params) {
  visit_full_precision("iou_backward", x.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = x.dim(0), pixels = x.numel() / images;
    for (std::int64_t n = 0; n < images; ++n) {
      const T common = sums.as<T>()[2 * n];
      const T all = sums.as<T>()[2 * n + 1] + static_cast<T>(params.epsilon);
      const T scale = -*dloss.as<T>() / static_cast<T>(images) / all / all;
      const T* logits = x.as<T>() + n * pixels;
      const T* wanted = target.as<T>() + n * pixels;
      T* to = dx.as<T>() + n * pixels;
      const bool threshold = params.threshold_target;
      parallel_for(pixels, grain_for(1), [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
        for (std::int64_t i = begin; i < end; ++i) {
          const T q = Sigmoid<T>{}.value(logits[i]), t = iou_target(wanted[i], threshold);
          to[i] = scale * (t * all - common * (T(1) - t)) * (q * (T(1) - q));
        }
      });
    }
  });
}

}  // namespace salix::kernels::cpu
