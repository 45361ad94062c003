#include <cstring>

#include "engine/cuda/launch.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/pad/pad.h"
#include "kernels/pad/pad_box.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// The axes of y, the fastest first.
struct PadGrid {
  int rank = 0;
  unsigned threads = 0;
  Divider out_sizes[Shape::kMaxRank];
  int in_sizes[Shape::kMaxRank];
  int before[Shape::kMaxRank];
};

// One thread per unit of y: every element of y is written once, in whole lines, and x is
// read once. Filling first and copying after would write the middle twice.
template <typename Unit>
__global__ void pad_kernel(const Unit* x, Unit* y, PadGrid grid, Unit fill) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  unsigned rest = thread;
  long long from = 0, stride = 1;
  bool inside = true;
  for (int axis = 0; axis < grid.rank; ++axis) {
    const int i = static_cast<int>(grid.out_sizes[axis].peel(rest)) - grid.before[axis];
    inside = inside && i >= 0 && i < grid.in_sizes[axis];
    from += i * stride;
    stride *= grid.in_sizes[axis];
  }
  y[thread] = inside ? x[from] : fill;
}

}  // namespace

void pad(Exec& exec, ConstView x, View y, std::span<const std::int64_t> before, double value) {
  const PadBox box = pad_box(x, y, before);
  const Bytes16 pattern = pad_pattern(y.dtype, value);
  const unsigned blocks = flat_blocks("pad", box.numel());
  PadGrid grid;
  grid.threads = static_cast<unsigned>(box.numel());
  for (int axis = box.rank - 1; axis >= 0; --axis) {
    grid.out_sizes[grid.rank] = Divider(box.axes[axis].out_size);
    grid.in_sizes[grid.rank] = static_cast<int>(box.axes[axis].in_size);
    grid.before[grid.rank++] = static_cast<int>(box.axes[axis].before);
  }
  visit_unit(box.unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    Unit fill;
    std::memcpy(&fill, &pattern, sizeof fill);
    launch(exec, {blocks, kFlatThreads}, pad_kernel<Unit>, static_cast<const Unit*>(x.data),
           static_cast<Unit*>(y.data), grid, fill);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
