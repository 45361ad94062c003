#include "kernels/hardswish_norm/hardswish_norm.h"

#include "kernels/common/dispatch.h"
#include "kernels/common/norm_checks.h"
#include "kernels/hardswish_norm/hardswish_norm_parts.h"

namespace salix::kernels {
namespace {

void check_map(const char* op, const NormedMap& m) {
  SALIX_CHECK(m.x.rank() >= 2 && m.x.numel() > 0, op,
              ": x must be [N,...,C] with positive sizes; got shape ", m.x.shape);
  check_norm_vectors(
      op, m.x, m.x.dim(-1),
      {{"mean", m.mean}, {"inv_std", m.inv_std}, {"gamma", m.gamma}, {"beta", m.beta}});
}

// Of an image and channel each.
void check_gate(const char* op, const char* name, const NormedMap& m, const ConstView& gate) {
  if (gate.empty()) return;
  check_shape(op, name, gate, {m.x.dim(0), m.x.dim(-1)});
  check_same_dtype(op, name, gate, "x", m.x);
}

}  // namespace

void hardswish_norm(Exec& exec, const NormedMap& map, ConstView gate, View y) {
  const char* op = "hardswish_norm";
  check_map(op, map);
  check_gate(op, "gate", map, gate);
  check_norm_maps(op, map.x, {{"y", y}});
  check_no_overlap(op, "y", y, "x", map.x);
  run_on_device(
      op, exec,
      Implementations{cpu::hardswish_norm, simt::hardswish_norm, SALIX_CUDA(cuda::hardswish_norm)},
      map, gate, y);
}

void hardswish_norm_average(Exec& exec, const NormedMap& map, View average) {
  const char* op = "hardswish_norm_average";
  check_map(op, map);
  check_gate(op, "average", map, average);
  run_on_device(op, exec,
                Implementations{cpu::hardswish_norm_average, simt::hardswish_norm_average,
                                SALIX_CUDA(cuda::hardswish_norm_average)},
                map, average);
}

void hardswish_norm_gate_gradient(Exec& exec, const NormedMap& map, ConstView dy, View dgate) {
  const char* op = "hardswish_norm_gate_gradient";
  check_map(op, map);
  check_norm_maps(op, map.x, {{"dy", dy}});
  check_gate(op, "dgate", map, dgate);
  run_on_device(
      op, exec,
      Implementations{cpu::hardswish_norm_gate_gradient, simt::hardswish_norm_gate_gradient,
                      SALIX_CUDA(cuda::hardswish_norm_gate_gradient)},
      map, dy, dgate);
}

void hardswish_norm_backward(Exec& exec, const NormedMap& map, ConstView dy, ConstView gate,
                             ConstView daverage, View dz) {
  const char* op = "hardswish_norm_backward";
  check_map(op, map);
  check_norm_maps(op, map.x, {{"dy", dy}, {"dz", dz}});
  check_gate(op, "gate", map, gate);
  check_gate(op, "daverage", map, daverage);
  check_no_overlap(op, "dz", dz, "x", map.x);
  if (dz.data != dy.data) check_no_overlap(op, "dz", dz, "dy", dy);
  run_on_device(op, exec,
                Implementations{cpu::hardswish_norm_backward, simt::hardswish_norm_backward,
                                SALIX_CUDA(cuda::hardswish_norm_backward)},
                map, dy, gate, daverage, dz);
}

}  // namespace salix::kernels
