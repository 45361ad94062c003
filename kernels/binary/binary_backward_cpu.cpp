#include <algorithm>

#include "engine/parallel.h"
#include "kernels/binary/binary_formulas.h"
#include "kernels/binary/broadcast.h"

namespace salix::kernels::cpu {
namespace {

// A pass over this many elements is one piece of work; its partial sums are added in the
// order of the pieces.
constexpr std::int64_t kPiece = 32768;
constexpr std::int64_t kColumns = 4096;  // sums of one piece that stay in the L1 cache

std::int64_t pieces_of(std::int64_t count, std::int64_t piece) {
  return (count + piece - 1) / piece;
}

// One operand is full, the other repeats along the middle (broadcast.h). dfull or dsmall
// may be nullptr.
template <typename T>
struct Buffers {
  const T* full;
  const T* small;
  const T* dy;
  T* dfull;
  T* dsmall;
  bool small_is_a;
};

// partial is [pieces][count]; dsmall their sum, first piece first.
template <typename T, typename Real>
void add_pieces(const Real* partial, std::int64_t pieces, std::int64_t count, T* dsmall) {
  parallel_for(count, grain_for(pieces), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Real sum = 0;
      for (std::int64_t piece = 0; piece < pieces; ++piece) sum += partial[piece * count + i];
      dsmall[i] = static_cast<T>(sum);
    }
  });
}

// inner > 1: sums over rows, vectorised along the columns.
template <typename T, typename Real, typename Formula>
void backward_columns(Exec& exec, const OneSided& form, const Buffers<T>& buffers,
                      const Formula& formula) {
  const std::int64_t columns = std::min(form.inner, kColumns);
  const std::int64_t rows = std::max<std::int64_t>(kPiece / columns, 1);
  const std::int64_t tiles = pieces_of(form.inner, columns);
  const std::int64_t pieces = pieces_of(form.middle, rows);
  const std::int64_t count = form.outer * form.inner;
  const bool sums = buffers.dsmall != nullptr;
  const Scratch scratch(exec, sums ? static_cast<std::size_t>(pieces * count) * sizeof(Real) : 1);
  Real* partial = scratch.as<Real>();

  parallel_for(form.outer * tiles * pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t work = begin; work < end; ++work) {
      const std::int64_t piece = work % pieces;
      const std::int64_t first = work / pieces % tiles * columns;
      const std::int64_t outer = work / pieces / tiles;
      const std::int64_t width = std::min(columns, form.inner - first);
      const T* small = buffers.small + outer * form.inner + first;
      Real* sum = partial + piece * count + outer * form.inner + first;
      if (sums) std::fill_n(sum, width, Real(0));
      const std::int64_t last_row = std::min(form.middle, (piece + 1) * rows);
      for (std::int64_t row = piece * rows; row < last_row; ++row) {
        const std::int64_t at = (outer * form.middle + row) * form.inner + first;
        const T* full = buffers.full + at;
        const T* dy = buffers.dy + at;
        if (buffers.dfull != nullptr) {
          T* dfull = buffers.dfull + at;
          for (std::int64_t i = 0; i < width; ++i) {
            dfull[i] = static_cast<T>(
                full_gradient(formula, buffers.small_is_a, static_cast<Real>(full[i]),
                              static_cast<Real>(small[i]), static_cast<Real>(dy[i])));
          }
        }
        if (!sums) continue;
        for (std::int64_t i = 0; i < width; ++i) {
          sum[i] += small_gradient(formula, buffers.small_is_a, static_cast<Real>(full[i]),
                                   static_cast<Real>(small[i]), static_cast<Real>(dy[i]));
        }
      }
    }
  });
  if (sums) add_pieces(partial, pieces, count, buffers.dsmall);
}

// inner == 1: each row has one small value; its sum runs in 16 lanes, which the compiler
// keeps in vector registers and which round less than one running sum.
template <typename T, typename Real, typename Formula>
void backward_rows(Exec& exec, const OneSided& form, const Buffers<T>& buffers,
                   const Formula& formula) {
  constexpr std::int64_t kLanes = 16;
  const std::int64_t length = std::min(form.middle, kPiece);
  const std::int64_t pieces = pieces_of(form.middle, length);
  const bool sums = buffers.dsmall != nullptr;
  const Scratch scratch(exec,
                        sums ? static_cast<std::size_t>(pieces * form.outer) * sizeof(Real) : 1);
  Real* partial = scratch.as<Real>();

  parallel_for(form.outer * pieces, grain_for(length), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t work = begin; work < end; ++work) {
      const std::int64_t piece = work % pieces, outer = work / pieces;
      const std::int64_t at = outer * form.middle + piece * length;
      const std::int64_t width = std::min(length, form.middle - piece * length);
      const Real small = static_cast<Real>(buffers.small[outer]);
      const T* full = buffers.full + at;
      const T* dy = buffers.dy + at;
      if (buffers.dfull != nullptr) {
        T* dfull = buffers.dfull + at;
        for (std::int64_t i = 0; i < width; ++i) {
          dfull[i] =
              static_cast<T>(full_gradient(formula, buffers.small_is_a, static_cast<Real>(full[i]),
                                           small, static_cast<Real>(dy[i])));
        }
      }
      if (!sums) continue;
      Real lane[kLanes] = {};
      const auto add = [&](std::int64_t i, std::int64_t to) {
        lane[to] += small_gradient(formula, buffers.small_is_a, static_cast<Real>(full[i]), small,
                                   static_cast<Real>(dy[i]));
      };
      std::int64_t i = 0;
      for (; i + kLanes <= width; i += kLanes) {
        for (std::int64_t k = 0; k < kLanes; ++k) add(i + k, k);
      }
      for (; i < width; ++i) add(i, 0);
      Real sum = 0;
      for (const Real part : lane) sum += part;
      partial[piece * form.outer + outer] = sum;
    }
  });
  if (sums) add_pieces(partial, pieces, form.outer, buffers.dsmall);
}

// Any pattern: each gradient element gathers what it was repeated to. Rare shapes only, so
// it divides per sum and not per term, and otherwise stays plain.
template <typename T, typename Real, typename Slope>
void gather(const ReductionAxes& axes, const T* a, const T* b, const T* dy, T* gradient,
            const Slope& slope) {
  const BroadcastAxes& summed = axes.summed;
  const std::int64_t row = summed.rank > 0 ? summed.size[summed.rank - 1] : 1;
  const std::int64_t terms = summed.numel();
  const int last = std::max(summed.rank - 1, 0);
  parallel_for(axes.kept.numel(), grain_for(terms), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t element = begin; element < end; ++element) {
      const Offsets base = offsets_at(axes.kept, element);
      Real sum = 0;
      for (std::int64_t term = 0; term < terms; term += row) {
        const Offsets start = offsets_at(summed, term);
        for (std::int64_t i = 0; i < row; ++i) {
          sum += slope(static_cast<Real>(a[base.a + start.a + i * summed.a_stride[last]]),
                       static_cast<Real>(b[base.b + start.b + i * summed.b_stride[last]]),
                       static_cast<Real>(dy[base.y + start.y + i * summed.y_stride[last]]));
        }
      }
      gradient[element] = static_cast<T>(sum);
    }
  });
}

// Equal shapes: nothing to sum.
template <typename T, typename Real, typename Formula>
void backward_same(std::int64_t count, const T* a, const T* b, const T* dy, T* da, T* db,
                   const Formula& formula) {
  parallel_for(count, kPiece, [=](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; da != nullptr && i < end; ++i) {
      da[i] = static_cast<T>(
          formula.da(static_cast<Real>(a[i]), static_cast<Real>(b[i]), static_cast<Real>(dy[i])));
    }
    for (std::int64_t i = begin; db != nullptr && i < end; ++i) {
      db[i] = static_cast<T>(
          formula.db(static_cast<Real>(a[i]), static_cast<Real>(b[i]), static_cast<Real>(dy[i])));
    }
  });
}

}  // namespace

void binary_backward(Exec& exec, BinaryOp op, ConstView a_view, ConstView b_view, ConstView dy_view,
                     View da_view, View db_view) {
  const BroadcastAxes axes = broadcast_axes(a_view.shape, b_view.shape);
  const std::optional<OneSided> form = one_sided(axes);
  visit_float("binary_backward", dy_view.dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Real = accumulator<T>;
    const T* a = a_view.as<T>();
    const T* b = b_view.as<T>();
    const T* dy = dy_view.as<T>();
    T* da = da_view.empty() ? nullptr : da_view.as<T>();
    T* db = db_view.empty() ? nullptr : db_view.as<T>();
    visit_differentiable<Real>(op, [&](auto formula) {
      if (form && form->middle == 1) {
        backward_same<T, Real>(dy_view.numel(), a, b, dy, da, db, formula);
      } else if (form) {
        const bool small_is_a = form->small == Operand::kA;
        const Buffers<T> buffers =
            small_is_a ? Buffers<T>{b, a, dy, db, da, true} : Buffers<T>{a, b, dy, da, db, false};
        if (form->inner > 1) {
          backward_columns<T, Real>(exec, *form, buffers, formula);
        } else {
          backward_rows<T, Real>(exec, *form, buffers, formula);
        }
      } else {
        if (da != nullptr) {
          gather<T, Real>(reduction_axes(axes, Operand::kA), a, b, dy, da,
                          [=](Real p, Real q, Real g) { return formula.da(p, q, g); });
        }
        if (db != nullptr) {
          gather<T, Real>(reduction_axes(axes, Operand::kB), a, b, dy, db,
                          [=](Real p, Real q, Real g) { return formula.db(p, q, g); });
        }
      }
    });
  });
}

}  // namespace salix::kernels::cpu
