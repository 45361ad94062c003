#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/binary/binary_formulas.h"
#include "kernels/binary/broadcast.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/pack.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;

// How a one-sided form (broadcast.h) is walked, pack by pack of y.
struct PackedRows {
  std::int64_t packs;     // of all y
  Divider packs_per_row;  // a row: inner > 1: the inner axis; inner == 1: the middle axis
  Divider rows_per_outer;
};

// Memory-bound: one 16-byte pack of y per thread, the full operand read once, the small one
// from the caches. The op is chosen per pack and not by a template: the branch is the same
// for a whole warp, a few instructions beside 48 bytes of traffic, and keeps 11 ops in one
// kernel. kRepeats: small has one value per row; else it has a row of its own per outer.
template <typename T, int N, bool kRepeats>
__global__ void binary_one_sided_kernel(BinaryOp op, bool small_is_a, const T* full, const T* small,
                                        T* y, PackedRows rows) {
  const std::int64_t pack = global_thread();
  if (pack >= rows.packs) return;
  const std::uint32_t row = rows.packs_per_row.quotient(static_cast<std::uint32_t>(pack));
  const auto x = *reinterpret_cast<const Pack<T, N>*>(full + pack * N);
  float s[N];
  if constexpr (kRepeats) {
    const float value = static_cast<float>(small[row]);
    for (int k = 0; k < N; ++k) s[k] = value;
  } else {
    const std::int64_t column = pack - std::int64_t{row} * rows.packs_per_row.divisor();
    const std::int64_t outer = rows.rows_per_outer.quotient(row);
    const auto in = *reinterpret_cast<const Pack<T, N>*>(
        small + (outer * rows.packs_per_row.divisor() + column) * N);
    for (int k = 0; k < N; ++k) s[k] = static_cast<float>(in.value[k]);
  }
  Pack<T, N> out;
  visit_binary<float>(op, [&](auto formula) {
    for (int k = 0; k < N; ++k) {
      const float f = static_cast<float>(x.value[k]);
      out.value[k] = static_cast<T>(small_is_a ? formula.value(s[k], f) : formula.value(f, s[k]));
    }
  });
  *reinterpret_cast<Pack<T, N>*>(y + pack * N) = out;
}

// Any pattern, one thread per element, one division per axis. Networks do not come here.
template <typename T>
__global__ void binary_general_kernel(BinaryOp op, const T* a, const T* b, T* y, std::int64_t count,
                                      BroadcastAxes axes) {
  const std::int64_t index = global_thread();
  if (index >= count) return;
  const Offsets at = offsets_at(axes, index);
  visit_binary<float>(op, [&](auto formula) {
    y[index] =
        static_cast<T>(formula.value(static_cast<float>(a[at.a]), static_cast<float>(b[at.b])));
  });
}

template <typename T, int N>
void launch_one_sided(Exec& exec, BinaryOp op, const OneSided& form, const T* full, const T* small,
                      T* y) {
  const bool repeats = form.inner == 1 && form.middle > 1;
  const std::int64_t row = (repeats ? form.middle : form.inner) / N;
  const PackedRows rows{form.outer * form.middle * form.inner / N, Divider(row),
                        Divider(form.middle)};
  const auto kernel =
      repeats ? binary_one_sided_kernel<T, N, true> : binary_one_sided_kernel<T, N, false>;
  launch(exec, {blocks_for(rows.packs, kThreadsPerBlock), kThreadsPerBlock}, kernel, op,
         form.small == Operand::kA, full, small, y, rows);
}

}  // namespace

void binary(Exec& exec, BinaryOp op, ConstView a, ConstView b, View y) {
  const BroadcastAxes axes = broadcast_axes(a.shape, b.shape);
  const std::optional<OneSided> form = one_sided(axes);
  // Divider's range; such a tensor would fill 8 GB.
  const bool countable = y.numel() <= 0x7fffffff;
  visit_cuda_float("binary", y.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (!form || !countable) {
      launch(exec, {blocks_for(y.numel(), kThreadsPerBlock), kThreadsPerBlock},
             binary_general_kernel<T>, op, a.as<T>(), b.as<T>(), y.as<T>(), y.numel(), axes);
      return;
    }
    const bool small_is_a = form->small == Operand::kA;
    const T* full = small_is_a ? b.as<T>() : a.as<T>();
    const T* small = small_is_a ? a.as<T>() : b.as<T>();
    const std::int64_t row = form->inner > 1 || form->middle == 1 ? form->inner : form->middle;
    if (packs_fit<T>(row)) {
      launch_one_sided<T, kPackWidth<T>>(exec, op, *form, full, small, y.as<T>());
    } else {
      launch_one_sided<T, 1>(exec, op, *form, full, small, y.as<T>());
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
