#include "kernels/concat/concat.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::concat) concat;
decltype(kernels::concat_backward) concat_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::concat) concat;
decltype(kernels::concat_backward) concat_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::concat) concat;
decltype(kernels::concat_backward) concat_backward;
}  // namespace cuda

namespace {

// Pieces are x or dx, `whole` is y or dy.
template <typename AnyView>
void check(const char* op, std::span<const AnyView> pieces, const ConstView& whole, int axis) {
  SALIX_CHECK(!pieces.empty(), op, ": needs at least one input");
  SALIX_CHECK(axis >= 0 && axis < whole.rank(), op, ": axis must be between 0 and ",
              whole.rank() - 1, "; got ", axis);
  std::int64_t total = 0;
  for (const AnyView& any : pieces) {
    const ConstView piece = any;
    check_rank(op, "each input", piece, whole.rank());
    check_shape(op, "each input (but for the joined axis)", piece,
                whole.shape.with(axis, piece.dim(axis)));
    check_same_dtype(op, "each input", piece, "the result", whole);
    check_no_overlap(op, "an input", piece, "the result", whole);
    total += piece.dim(axis);
  }
  SALIX_CHECK(total == whole.dim(axis), op, ": the inputs' sizes along axis ", axis,
              " must add up to ", whole.dim(axis), "; got ", total);
}

}  // namespace

void concat(Exec& exec, std::span<const ConstView> inputs, View y, int axis) {
  check("concat", inputs, y, axis);
  if (y.numel() == 0) return;
  run_on_device("concat", exec,
                Implementations{cpu::concat, simt::concat, SALIX_CUDA(cuda::concat)}, inputs, y,
                axis);
}

void concat_backward(Exec& exec, ConstView dy, std::span<const View> dinputs, int axis) {
  check("concat_backward", dinputs, dy, axis);
  if (dy.numel() == 0) return;
  run_on_device("concat_backward", exec,
                Implementations{cpu::concat_backward, simt::concat_backward,
                                SALIX_CUDA(cuda::concat_backward)},
                dy, dinputs, axis);
}

}  // namespace salix::kernels
