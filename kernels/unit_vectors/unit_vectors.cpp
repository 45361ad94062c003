#include "kernels/unit_vectors/unit_vectors.h"

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::unit_vectors) unit_vectors;
decltype(kernels::unit_vectors_backward) unit_vectors_backward;
}  // namespace cpu
namespace simt {
decltype(kernels::unit_vectors) unit_vectors;
decltype(kernels::unit_vectors_backward) unit_vectors_backward;
}  // namespace simt
namespace cuda {
decltype(kernels::unit_vectors) unit_vectors;
decltype(kernels::unit_vectors_backward) unit_vectors_backward;
}  // namespace cuda

namespace {

void check_alike(const char* op, const char* name, const ConstView& view, const ConstView& unit,
                 const Shape& shape) {
  check_shape(op, name, view, shape);
  check_same_dtype(op, "unit", unit, name, view);
}

}  // namespace

void unit_vectors(Exec& exec, const UnitVectorsBuffers& b) {
  const char* op = "unit_vectors";
  check_rank(op, "x", b.x, 4);
  SALIX_CHECK(b.x.numel() > 0, op, ": x must have positive sizes; got ", b.x.shape);
  check_alike(op, "x", b.x, b.unit, b.x.shape);
  check_alike(op, "unit", b.unit, b.unit, b.x.shape);
  check_alike(op, "located", b.located, b.unit, b.x.shape.with(3, b.x.dim(3) + 2));
  check_alike(op, "norms", b.norms, b.unit, b.x.shape.with(3, 2));
  check_no_overlap(op, "x", b.x, "unit", b.unit);
  run_on_device(
      op, exec,
      Implementations{cpu::unit_vectors, simt::unit_vectors, SALIX_CUDA(cuda::unit_vectors)}, b);
}

void unit_vectors_backward(Exec& exec, const UnitVectorsBackwardBuffers& b) {
  const char* op = "unit_vectors_backward";
  check_rank(op, "unit", b.unit, 4);
  const Shape located = b.unit.shape.with(3, b.unit.dim(3) + 2);
  check_alike(op, "located", b.located, b.unit, located);
  check_alike(op, "norms", b.norms, b.unit, b.unit.shape.with(3, 2));
  check_alike(op, "dx", b.dx, b.unit, b.unit.shape);
  if (!b.dunit.empty()) check_alike(op, "dunit", b.dunit, b.unit, b.unit.shape);
  if (!b.dlocated.empty()) check_alike(op, "dlocated", b.dlocated, b.unit, located);
  run_on_device(op, exec,
                Implementations{cpu::unit_vectors_backward, simt::unit_vectors_backward,
                                SALIX_CUDA(cuda::unit_vectors_backward)},
                b);
}

}  // namespace salix::kernels
