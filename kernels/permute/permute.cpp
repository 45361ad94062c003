#include "kernels/permute/permute.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::permute) permute;
}  // namespace cpu
namespace simt {
decltype(kernels::permute) permute;
}  // namespace simt
namespace cuda {
decltype(kernels::permute) permute;
}  // namespace cuda

void permute(Exec& exec, ConstView x, View y, std::span<const int> order) {
  check_rank("permute", "y", y, x.rank());
  SALIX_CHECK(static_cast<int>(order.size()) == x.rank(), "permute: order must name the ", x.rank(),
              " axes; got ", order.size());
  unsigned seen = 0;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const int source = order[static_cast<std::size_t>(axis)];
    SALIX_CHECK(source >= 0 && source < x.rank() && (seen >> source & 1u) == 0,
                "permute: order must name each axis of ", x.shape, " once; got ", source,
                " at place ", axis);
    seen |= 1u << source;
    SALIX_CHECK(y.dim(axis) == x.dim(source), "permute: axis ", axis, " of y must have size ",
                x.dim(source), "; got shape ", y.shape);
  }
  check_same_dtype("permute", "x", x, "y", y);
  check_no_overlap("permute", "x", x, "y", y);
  if (y.numel() == 0) return;
  run_on_device("permute", exec,
                Implementations{cpu::permute, simt::permute, SALIX_CUDA(cuda::permute)}, x, y,
                order);
}

}  // namespace salix::kernels
