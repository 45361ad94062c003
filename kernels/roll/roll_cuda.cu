#include "engine/cuda/launch.h"
#include "kernels/common/byte_units.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/roll/roll.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

struct RollGrid {
  unsigned threads;
  Divider units_per_pixel;
  Divider width;
  Divider height;
  int shift_h;
  int shift_w;
};

// One thread per unit of y, which is up to 16 bytes of one pixel: reads and writes are whole
// lines, for a pixel's channels stay together.
template <typename Unit>
__global__ void roll_kernel(const Unit* x, Unit* y, RollGrid grid) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= grid.threads) return;
  unsigned rest = thread;
  const int units = static_cast<int>(grid.units_per_pixel.divisor());
  const int height = static_cast<int>(grid.height.divisor());
  const int width = static_cast<int>(grid.width.divisor());
  const int unit = static_cast<int>(grid.units_per_pixel.peel(rest));
  int j = static_cast<int>(grid.width.peel(rest)) - grid.shift_w;
  int i = static_cast<int>(grid.height.peel(rest)) - grid.shift_h;
  j += j < 0 ? width : 0;
  i += i < 0 ? height : 0;
  y[thread] = x[((static_cast<long long>(rest) * height + i) * width + j) * units + unit];
}

}  // namespace

void roll(Exec& exec, ConstView x, View y, RollParams params) {
  const std::int64_t pixel_bytes = x.dim(3) * static_cast<std::int64_t>(size_of(x.dtype));
  const int unit =
      unit_of({address_of(x.data), address_of(y.data), static_cast<std::uint64_t>(pixel_bytes)});
  const std::int64_t threads = static_cast<std::int64_t>(x.size_bytes()) / unit;
  const unsigned blocks = flat_blocks("roll", threads);
  const RollGrid grid{static_cast<unsigned>(threads),
                      Divider(pixel_bytes / unit),
                      Divider(x.dim(2)),
                      Divider(x.dim(1)),
                      static_cast<int>(wrap(params.shift_h, x.dim(1))),
                      static_cast<int>(wrap(params.shift_w, x.dim(2)))};
  visit_unit(unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    launch(exec, {blocks, kFlatThreads}, roll_kernel<Unit>, static_cast<const Unit*>(x.data),
           static_cast<Unit*>(y.data), grid);
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
