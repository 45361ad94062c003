#include "engine/cuda/device_helpers.h"
#include "engine/cuda/launch.h"
#include "kernels/binary/binary_formulas.h"
#include "kernels/binary/broadcast.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/pack.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kThreadsPerBlock = 256;
constexpr int kMaxPack = 8;
// Steps of one thread along the summed axis: long enough that the partial sums are 1/16 of
// the traffic at most, short enough that a 40x40 map still makes a block per processor.
constexpr std::int64_t kStepsPerThread = 16;
// A sum has at most so many parts, because one thread adds them up at the end.
constexpr std::int64_t kMaxPieces = 512;

// One operand is full, the other repeats along the middle (broadcast.h). dfull may be
// nullptr, and partial: then nothing is summed. partial is [piece][outer][inner].
template <typename T>
struct Buffers {
  const T* full;
  const T* small;
  const T* dy;
  T* dfull;
  float* partial;
  bool small_is_a;
};

struct Extent {
  std::int64_t outer;
  std::int64_t middle;
  std::int64_t inner;
  std::int64_t piece;  // how much of the middle one block sums up
};

// Both gradients of one pack, from one read of dy: dfull is stored, the small operand's
// share is added to `sum`.
template <typename T, int N>
__device__ void pack_backward(BinaryOp op, const Buffers<T>& buffers, std::int64_t at,
                              const float* small, float* sum) {
  const auto full = *reinterpret_cast<const Pack<T, N>*>(buffers.full + at);
  const auto dy = *reinterpret_cast<const Pack<T, N>*>(buffers.dy + at);
  Pack<T, N> dfull;
  visit_differentiable<float>(op, [&](auto formula) {
    for (int k = 0; k < N; ++k) {
      const float x = static_cast<float>(full.value[k]);
      const float g = static_cast<float>(dy.value[k]);
      dfull.value[k] = static_cast<T>(full_gradient(formula, buffers.small_is_a, x, small[k], g));
      sum[k] += small_gradient(formula, buffers.small_is_a, x, small[k], g);
    }
  });
  if (buffers.dfull != nullptr) *reinterpret_cast<Pack<T, N>*>(buffers.dfull + at) = dfull;
}

// inner > 1. Threads along x take neighbouring packs of columns, so that a warp reads whole
// lines; threads along y take rows in turn, and their sums meet in shared memory as a tree.
template <typename T, int N>
__global__ void backward_columns_kernel(BinaryOp op, Buffers<T> buffers, Extent extent) {
  __shared__ float shared[kThreadsPerBlock * kMaxPack];
  const std::int64_t column = (std::int64_t{blockIdx.y} * blockDim.x + threadIdx.x) * N;
  const std::int64_t outer = blockIdx.z;
  float sum[N] = {};
  if (column < extent.inner) {
    const auto in =
        *reinterpret_cast<const Pack<T, N>*>(buffers.small + outer * extent.inner + column);
    float small[N];
    for (int k = 0; k < N; ++k) small[k] = static_cast<float>(in.value[k]);
    const std::int64_t first = std::int64_t{blockIdx.x} * extent.piece;
    const std::int64_t last =
        first + extent.piece < extent.middle ? first + extent.piece : extent.middle;
    for (std::int64_t row = first + threadIdx.y; row < last; row += blockDim.y) {
      pack_backward<T, N>(op, buffers, (outer * extent.middle + row) * extent.inner + column, small,
                          sum);
    }
  }
  if (buffers.partial == nullptr) return;  // the same for the whole block
  float* own = shared + (threadIdx.y * blockDim.x + threadIdx.x) * N;
  for (int k = 0; k < N; ++k) own[k] = sum[k];
  for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.y >= half) continue;
    for (int k = 0; k < N; ++k) own[k] += own[half * blockDim.x * N + k];
  }
  if (threadIdx.y > 0 || column >= extent.inner) return;
  float* out = buffers.partial + (blockIdx.x * extent.outer + outer) * extent.inner + column;
  for (int k = 0; k < N; ++k) out[k] = own[k];
}

// inner == 1. Threads along x share a row, threads along y have a row each.
template <typename T, int N>
__global__ void backward_rows_kernel(BinaryOp op, Buffers<T> buffers, Extent extent) {
  __shared__ float shared[kThreadsPerBlock];
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  float sum[N] = {};
  if (row < extent.outer) {
    float small[N];
    for (int k = 0; k < N; ++k) small[k] = static_cast<float>(buffers.small[row]);
    const std::int64_t first = std::int64_t{blockIdx.y} * extent.piece;
    const std::int64_t last =
        first + extent.piece < extent.middle ? first + extent.piece : extent.middle;
    for (std::int64_t at = first + threadIdx.x * N; at < last; at += blockDim.x * N) {
      pack_backward<T, N>(op, buffers, row * extent.middle + at, small, sum);
    }
  }
  if (buffers.partial == nullptr) return;
  float* own = shared + threadIdx.y * blockDim.x + threadIdx.x;
  *own = 0.0f;
  for (int k = 0; k < N; ++k) *own += sum[k];
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half) *own += own[half];
  }
  if (threadIdx.x == 0 && row < extent.outer) {
    buffers.partial[blockIdx.y * extent.outer + row] = *own;
  }
}

// dsmall = the sum of its parts, first part first.
template <typename T>
__global__ void add_pieces_kernel(const float* partial, std::int64_t pieces, std::int64_t count,
                                  T* dsmall) {
  const std::int64_t index = global_thread();
  if (index >= count) return;
  float sum = 0.0f;
  for (std::int64_t piece = 0; piece < pieces; ++piece) sum += partial[piece * count + index];
  dsmall[index] = static_cast<T>(sum);
}

// Any pattern: one thread per gradient element gathers what it was repeated to. Networks do
// not come here. Equal shapes do, through backward_same_kernel below.
template <typename T>
__global__ void backward_gather_kernel(BinaryOp op, bool for_a, const T* a, const T* b, const T* dy,
                                       T* gradient, ReductionAxes axes) {
  const std::int64_t element = global_thread();
  if (element >= axes.kept.numel()) return;
  const Offsets base = offsets_at(axes.kept, element);
  const std::int64_t terms = axes.summed.numel();
  float sum = 0.0f;
  visit_differentiable<float>(op, [&](auto formula) {
    for (std::int64_t term = 0; term < terms; ++term) {
      const Offsets at = offsets_at(axes.summed, term);
      const float p = static_cast<float>(a[base.a + at.a]);
      const float q = static_cast<float>(b[base.b + at.b]);
      const float g = static_cast<float>(dy[base.y + at.y]);
      sum += for_a ? formula.da(p, q, g) : formula.db(p, q, g);
    }
  });
  gradient[element] = static_cast<T>(sum);
}

// Equal shapes: both gradients from one read, a pack per thread.
template <typename T, int N>
__global__ void backward_same_kernel(BinaryOp op, const T* a, const T* b, const T* dy, T* da, T* db,
                                     std::int64_t packs) {
  const std::int64_t pack = global_thread();
  if (pack >= packs) return;
  const auto p = *reinterpret_cast<const Pack<T, N>*>(a + pack * N);
  const auto q = *reinterpret_cast<const Pack<T, N>*>(b + pack * N);
  const auto g = *reinterpret_cast<const Pack<T, N>*>(dy + pack * N);
  Pack<T, N> to_a, to_b;
  visit_differentiable<float>(op, [&](auto formula) {
    for (int k = 0; k < N; ++k) {
      const float x = static_cast<float>(p.value[k]), z = static_cast<float>(q.value[k]);
      to_a.value[k] = static_cast<T>(formula.da(x, z, static_cast<float>(g.value[k])));
      to_b.value[k] = static_cast<T>(formula.db(x, z, static_cast<float>(g.value[k])));
    }
  });
  if (da != nullptr) *reinterpret_cast<Pack<T, N>*>(da + pack * N) = to_a;
  if (db != nullptr) *reinterpret_cast<Pack<T, N>*>(db + pack * N) = to_b;
}

std::int64_t divide_up(std::int64_t count, std::int64_t by) { return (count + by - 1) / by; }

// The smallest power of two >= count, at most `limit`.
unsigned power_of_two(std::int64_t count, unsigned limit) {
  unsigned power = 1;
  while (power < count && power < limit) power *= 2;
  return power;
}

template <typename T, int N>
void launch_one_sided(Exec& exec, BinaryOp op, const OneSided& form, Buffers<T> buffers,
                      T* dsmall) {
  const bool columns = form.inner > 1;
  const unsigned x =
      power_of_two((columns ? form.inner : form.middle) / N, columns ? 32 : kThreadsPerBlock);
  const dim3 block(x, kThreadsPerBlock / x);
  const std::int64_t per_step = columns ? block.y : std::int64_t{block.x} * N;
  const std::int64_t steps = divide_up(form.middle, per_step);
  const std::int64_t steps_per_piece = std::max(kStepsPerThread, divide_up(steps, kMaxPieces));
  const Extent extent{form.outer, form.middle, form.inner, steps_per_piece * per_step};
  const std::int64_t pieces = divide_up(form.middle, extent.piece);
  const std::int64_t count = form.outer * form.inner;
  const Scratch scratch(exec, static_cast<std::size_t>(pieces * count) * sizeof(float));
  if (dsmall != nullptr) buffers.partial = scratch.as<float>();

  if (columns) {
    const dim3 grid(static_cast<unsigned>(pieces),
                    static_cast<unsigned>(divide_up(form.inner, std::int64_t{block.x} * N)),
                    static_cast<unsigned>(form.outer));
    launch(exec, {grid, block}, backward_columns_kernel<T, N>, op, buffers, extent);
  } else {
    const dim3 grid(static_cast<unsigned>(divide_up(form.outer, block.y)),
                    static_cast<unsigned>(pieces));
    launch(exec, {grid, block}, backward_rows_kernel<T, N>, op, buffers, extent);
  }
  if (dsmall != nullptr) {
    launch(exec, {blocks_for(count, kThreadsPerBlock), kThreadsPerBlock}, add_pieces_kernel<T>,
           buffers.partial, pieces, count, dsmall);
  }
}

template <typename T, int N>
void launch_same(Exec& exec, BinaryOp op, std::int64_t count, const T* a, const T* b, const T* dy,
                 T* da, T* db) {
  launch(exec, {blocks_for(count / N, kThreadsPerBlock), kThreadsPerBlock},
         backward_same_kernel<T, N>, op, a, b, dy, da, db, count / N);
}

}  // namespace

void binary_backward(Exec& exec, BinaryOp op, ConstView a_view, ConstView b_view, ConstView dy_view,
                     View da_view, View db_view) {
  const BroadcastAxes axes = broadcast_axes(a_view.shape, b_view.shape);
  const std::optional<OneSided> form = one_sided(axes);
  constexpr std::int64_t kMaxGridYZ = 65535;
  const bool fits_grid =
      form && (form->inner == 1 || (form->outer <= kMaxGridYZ && form->inner / 32 < kMaxGridYZ));
  visit_cuda_float("binary_backward", dy_view.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int kWidth = kPackWidth<T>;
    const T* a = a_view.as<T>();
    const T* b = b_view.as<T>();
    const T* dy = dy_view.as<T>();
    T* da = da_view.empty() ? nullptr : da_view.as<T>();
    T* db = db_view.empty() ? nullptr : db_view.as<T>();
    if (form && form->middle == 1) {
      const auto run = packs_fit<T>(dy_view.numel()) ? launch_same<T, kWidth> : launch_same<T, 1>;
      run(exec, op, dy_view.numel(), a, b, dy, da, db);
    } else if (fits_grid) {
      const bool small_is_a = form->small == Operand::kA;
      const Buffers<T> buffers = small_is_a ? Buffers<T>{b, a, dy, db, nullptr, true}
                                            : Buffers<T>{a, b, dy, da, nullptr, false};
      const bool packed = packs_fit<T>(form->inner > 1 ? form->inner : form->middle);
      const auto run = packed ? launch_one_sided<T, kWidth> : launch_one_sided<T, 1>;
      run(exec, op, *form, buffers, small_is_a ? da : db);
    } else {
      const auto gather = [&](Operand operand, T* gradient, std::int64_t count) {
        if (gradient == nullptr) return;
        launch(exec, {blocks_for(count, kThreadsPerBlock), kThreadsPerBlock},
               backward_gather_kernel<T>, op, operand == Operand::kA, a, b, dy, gradient,
               reduction_axes(axes, operand));
      };
      gather(Operand::kA, da, a_view.numel());
      gather(Operand::kB, db, b_view.numel());
    }
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
