#include "engine/parallel.h"
#include "kernels/where/where.h"

namespace salix::kernels::cpu {

void where(Exec&, ConstView mask_view, ConstView a_view, ConstView b_view, View y_view) {
  visit_float("where", y_view.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* mask = mask_view.as<T>();
    const T* a = a_view.as<T>();
    const T* b = b_view.as<T>();
    T* y = y_view.as<T>();
    parallel_for(y_view.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) y[i] = mask[i] != T(0) ? a[i] : b[i];
    });
  });
}

void where_backward(Exec&, ConstView mask_view, ConstView dy_view, View da_view, View db_view) {
  visit_float("where_backward", dy_view.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* mask = mask_view.as<T>();
    const T* dy = dy_view.as<T>();
    T* da = da_view.empty() ? nullptr : da_view.as<T>();
    T* db = db_view.empty() ? nullptr : db_view.as<T>();
    parallel_for(dy_view.numel(), grain_for(1), [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; da != nullptr && i < end; ++i) {
        da[i] = mask[i] != T(0) ? dy[i] : T(0);
      }
      for (std::int64_t i = begin; db != nullptr && i < end; ++i) {
        db[i] = mask[i] != T(0) ? T(0) : dy[i];
      }
    });
  });
}

}  // namespace salix::kernels::cpu
