#include <cstring>

#include "engine/cuda/launch.h"
#include "kernels/common/byte_units.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/gather/gather.h"
#include "kernels/gather/visit_index.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

// One thread per unit of y: writes are whole lines, and so are reads where rows are long.
template <typename Unit, typename Index>
__global__ void gather_kernel(const Unit* table, const Index* index, Unit* y, unsigned threads,
                              long long rows, Divider units_per_row, Unit missing) {
  const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
  if (thread >= threads) return;
  unsigned place = thread;
  const unsigned unit = units_per_row.peel(place);
  const long long row = index[place];
  const bool valid = row >= 0 && row < rows;
  y[thread] = valid ? table[row * units_per_row.divisor() + unit] : missing;
}

constexpr int kWarp = 32;
constexpr int kWarpsPerBlock = 4;

// One warp per row of dtable and 32 of its columns. The lanes look at 32 indices at once,
// the ballot tells which of them name this row, and those rows of dy are added in order:
// no sorting, no atomics, and the index is read in whole lines from the L2 cache.
template <typename T, typename Index>
__global__ void gather_backward_kernel(const T* dy, const Index* index, T* dtable, long long count,
                                       long long rows, int columns) {
  const int lane = static_cast<int>(threadIdx.x);
  const long long row = static_cast<long long>(blockIdx.x) * kWarpsPerBlock + threadIdx.y;
  const int column = static_cast<int>(blockIdx.y) * kWarp + lane;
  if (row >= rows) return;  // the whole warp: a row belongs to all its lanes
  float sum = 0.0f;
  for (long long first = 0; first < count; first += kWarp) {
    const bool mine = first + lane < count && static_cast<long long>(index[first + lane]) == row;
    for (unsigned found = __ballot_sync(0xffffffffu, mine); found != 0; found &= found - 1) {
      const long long place = first + __ffs(static_cast<int>(found)) - 1;
      if (column < columns) sum += static_cast<float>(dy[place * columns + column]);
    }
  }
  if (column < columns) dtable[row * columns + column] = static_cast<T>(sum);
}

}  // namespace

void gather(Exec& exec, ConstView table, ConstView index, View y) {
  const auto row_bytes = static_cast<std::int64_t>(table.size_bytes()) / table.dim(0);
  const int unit =
      unit_of({address_of(table.data), address_of(y.data), static_cast<std::uint64_t>(row_bytes)});
  const std::int64_t threads = static_cast<std::int64_t>(y.size_bytes()) / unit;
  const unsigned blocks = flat_blocks("gather", threads);
  visit_unit(unit, [&](auto unit_tag) {
    visit_index(index.dtype, [&](auto index_tag) {
      using Unit = typename decltype(unit_tag)::type;
      using Index = typename decltype(index_tag)::type;
      Unit missing;
      std::memset(&missing, 0xff, sizeof missing);
      launch(exec, {blocks, kFlatThreads}, gather_kernel<Unit, Index>,
             static_cast<const Unit*>(table.data), index.as<Index>(), static_cast<Unit*>(y.data),
             static_cast<unsigned>(threads), table.dim(0), Divider(row_bytes / unit), missing);
    });
  });
}

void gather_backward(Exec& exec, ConstView dy, ConstView index, View dtable) {
  const std::int64_t rows = dtable.dim(0), columns = dtable.numel() / rows;
  const auto row_blocks = static_cast<unsigned>((rows + kWarpsPerBlock - 1) / kWarpsPerBlock);
  const auto column_blocks = static_cast<unsigned>((columns + kWarp - 1) / kWarp);
  visit_cuda_float("gather_backward", dy.dtype, [&](auto tag) {
    visit_index(index.dtype, [&](auto index_tag) {
      using T = typename decltype(tag)::type;
      using Index = typename decltype(index_tag)::type;
      launch(exec, {{row_blocks, column_blocks}, {kWarp, kWarpsPerBlock}},
             gather_backward_kernel<T, Index>, dy.as<T>(), index.as<Index>(), dtable.as<T>(),
             index.numel(), rows, static_cast<int>(columns));
    });
  });
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
