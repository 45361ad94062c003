#include <type_traits>

#include "kernels/common/full_precision.h"
#include "kernels/common/ordered_sum.h"
#include "kernels/iou/iou.h"
#include "kernels/unary/unary_formulas.h"

namespace salix::kernels::cpu {
namespace {

// Calls f(TypeTag<T>{}, threshold) with the choice as a type: inside a loop g++ does not
// vectorise it.
template <typename F>
void visit(const char* op, DType dtype, bool threshold, const F& f) {
  visit_full_precision(op, dtype, [&](auto tag) {
    threshold ? f(tag, std::true_type{}) : f(tag, std::false_type{});
  });
}

template <bool kThreshold, typename T>
T target_of(T value) {
  return kThreshold ? (value > T(0.5) ? T(1) : T(0)) : value;
}

}  // namespace

void iou(Exec&, ConstView x, ConstView target, View loss, View sums, IouParams params) {
  visit("iou", x.dtype, params.threshold_target, [&](auto tag, auto threshold) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = x.dim(0), pixels = x.numel() / images;
    double total = 0;
    for (std::int64_t n = 0; n < images; ++n) {
      const T* logits = x.as<T>() + n * pixels;
      const T* wanted = target.as<T>() + n * pixels;
      const auto [common, all] = ordered_sums<2, T>(
          pixels, [=](std::int64_t first, std::int64_t size, T(*values)[kOrderedChunk]) {
            T *intersection = values[0], *either = values[1];
#pragma omp simd
            for (std::int64_t i = 0; i < size; ++i) {
              const T q = Sigmoid<T>{}.value(logits[first + i]);
              const T t = target_of<threshold.value>(wanted[first + i]);
              intersection[i] = q * t;
              either[i] = q + t - q * t;
            }
          });
      sums.as<T>()[2 * n] = static_cast<T>(common);
      sums.as<T>()[2 * n + 1] = static_cast<T>(all);
      total += 1.0 - (common + params.smoothing) / (all + params.smoothing + params.epsilon);
    }
    *loss.as<T>() = static_cast<T>(total / static_cast<double>(images));
  });
}

void iou_backward(Exec&, ConstView dloss, ConstView x, ConstView target, ConstView sums, View dx,
                  IouParams params) {
  visit("iou_backward", x.dtype, params.threshold_target, [&](auto tag, auto threshold) {
    using T = typename decltype(tag)::type;
    const std::int64_t images = x.dim(0), pixels = x.numel() / images;
    for (std::int64_t n = 0; n < images; ++n) {
      const T common = sums.as<T>()[2 * n] + static_cast<T>(params.smoothing);
      const T all = sums.as<T>()[2 * n + 1] + static_cast<T>(params.smoothing + params.epsilon);
      const T scale = -*dloss.as<T>() / static_cast<T>(images) / all / all;
      const T* logits = x.as<T>() + n * pixels;
      const T* wanted = target.as<T>() + n * pixels;
      T* to = dx.as<T>() + n * pixels;
      parallel_for(pixels, grain_for(1), [=](std::int64_t begin, std::int64_t end) {
#pragma omp simd
        for (std::int64_t i = begin; i < end; ++i) {
          const T q = Sigmoid<T>{}.value(logits[i]);
          const T t = target_of<threshold.value>(wanted[i]);
          to[i] = scale * (t * all - common * (T(1) - t)) * (q * (T(1) - q));
        }
      });
    }
  });
}

}  // namespace salix::kernels::cpu
