#include <algorithm>

#include "engine/cuda/launch.h"
#include "kernels/common/byte_units.h"
#include "kernels/common/dispatch.h"
#include "kernels/common/divider.h"
#include "kernels/common/flat_grid.h"
#include "kernels/concat/concat.h"
#include "kernels/concat/concat_segments.h"

namespace salix::kernels::SALIX_GPU_NAMESPACE {
namespace {

constexpr int kMaxSegments = 8;

// Up to eight neighbouring segments of the rows, in units. They travel as a kernel
// argument, so one launch serves all of them and no table has to be copied first.
template <typename Unit>
struct Segments {
  Unit* data[kMaxSegments];
  unsigned units[kMaxSegments];
  int count = 0;
};

// One thread per unit of the joined rows: neighbouring threads are neighbours in the rows
// and, but at the borders, in a segment, so reads and writes are both whole lines.
template <typename Unit, bool kJoin>
__global__ void concat_kernel(Segments<Unit> segments, Unit* whole, unsigned threads,
                              Divider units_in_launch, long long units_per_row,
                              long long first_unit) {
  unsigned row = blockIdx.x * blockDim.x + threadIdx.x;
  if (row >= threads) return;
  unsigned offset = units_in_launch.peel(row);
  Unit& joined = whole[row * units_per_row + first_unit + offset];
  int k = 0;
  while (offset >= segments.units[k]) offset -= segments.units[k++];
  if (segments.data[k] == nullptr) return;
  Unit& piece = segments.data[k][static_cast<long long>(row) * segments.units[k] + offset];
  if constexpr (kJoin) {
    joined = piece;
  } else {
    piece = joined;
  }
}

template <bool kJoin, typename AnyView>
void move(const char* op, Exec& exec, std::span<const AnyView> pieces, const void* whole,
          const ConstView& whole_view, int axis) {
  int unit = unit_of({address_of(whole)});
  for (const AnyView& piece : pieces) {
    unit = unit_of({static_cast<std::uint64_t>(unit), address_of(piece.data),
                    static_cast<std::uint64_t>(row_bytes(piece, axis))});
  }
  const std::int64_t rows = row_count(whole_view, axis);
  visit_unit(unit, [&](auto tag) {
    using Unit = typename decltype(tag)::type;
    std::int64_t first = 0;
    for (std::size_t begin = 0; begin < pieces.size(); begin += kMaxSegments) {
      Segments<Unit> segments;
      std::int64_t in_launch = 0;
      for (const AnyView& piece :
           pieces.subspan(begin, std::min<std::size_t>(kMaxSegments, pieces.size() - begin))) {
        const std::int64_t units = row_bytes(piece, axis) / unit;
        // The joined side is the one that is written when kJoin, else only read.
        segments.data[segments.count] = static_cast<Unit*>(const_cast<void*>(piece.data));
        segments.units[segments.count++] = static_cast<unsigned>(units);
        in_launch += units;
      }
      if (in_launch > 0) {
        const std::int64_t threads = rows * in_launch;
        launch(exec, {flat_blocks(op, threads), kFlatThreads}, concat_kernel<Unit, kJoin>, segments,
               static_cast<Unit*>(const_cast<void*>(whole)), static_cast<unsigned>(threads),
               Divider(in_launch), row_bytes(whole_view, axis) / unit, first);
      }
      first += in_launch;
    }
  });
}

}  // namespace

void concat(Exec& exec, std::span<const ConstView> inputs, View y, int axis) {
  move<true>("concat", exec, inputs, y.data, y, axis);
}

void concat_backward(Exec& exec, ConstView dy, std::span<const View> dinputs, int axis) {
  move<false>("concat_backward", exec, dinputs, dy.data, dy, axis);
}

}  // namespace salix::kernels::SALIX_GPU_NAMESPACE
