#include "kernels/reduce/reduce.h"

#include <memory>

#include "kernels/common/checks.h"
#include "kernels/common/dispatch.h"
#include "kernels/reduce/reduce_steps.h"

namespace salix::kernels {

namespace cpu {
decltype(kernels::reduce_step) reduce_step;
decltype(kernels::broadcast_step) broadcast_step;
}  // namespace cpu
namespace simt {
decltype(kernels::reduce_step) reduce_step;
decltype(kernels::broadcast_step) broadcast_step;
}  // namespace simt
namespace cuda {
decltype(kernels::reduce_step) reduce_step;
decltype(kernels::broadcast_step) broadcast_step;
}  // namespace cuda

namespace {

// `full` is x or dx, `kept` is y or dy.
void check(const char* op, const ConstView& full, const ConstView& kept) {
  check_rank(op, "the sum", kept, full.rank());
  for (int axis = 0; axis < full.rank(); ++axis) {
    SALIX_CHECK(kept.dim(axis) == full.dim(axis) || kept.dim(axis) == 1, op,
                ": the sum must have the map's sizes or 1; got ", kept.shape, " for ", full.shape);
  }
  SALIX_CHECK(full.numel() > 0, op, ": all sizes must be positive; got ", full.shape);
  check_same_dtype(op, "the map", full, "the sum", kept);
  check_no_overlap(op, "the map", full, "the sum", kept);
}

double scale_of(ReduceKind kind, const ConstView& full, const ConstView& kept) {
  if (kind == ReduceKind::kSum) return 1.0;
  return static_cast<double>(kept.numel()) / static_cast<double>(full.numel());
}

}  // namespace

std::vector<AxisGroup> axis_groups(const Shape& full, const Shape& kept) {
  std::vector<AxisGroup> groups;
  for (int axis = 0; axis < full.rank(); ++axis) {
    if (full.dim(axis) == 1) continue;
    const bool summed = kept.dim(axis) == 1;
    if (groups.empty() || groups.back().summed != summed) groups.push_back({1, summed});
    groups.back().size *= full.dim(axis);
  }
  return groups;
}

void reduce_step(Exec& exec, ConstView x, View y, double scale) {
  run_on_device("reduce", exec,
                Implementations{cpu::reduce_step, simt::reduce_step, SALIX_CUDA(cuda::reduce_step)},
                x, y, scale);
}

void broadcast_step(Exec& exec, ConstView dy, View dx, double scale) {
  run_on_device(
      "reduce_backward", exec,
      Implementations{cpu::broadcast_step, simt::broadcast_step, SALIX_CUDA(cuda::broadcast_step)},
      dy, dx, scale);
}

// The last summed group goes first, because it is the smallest stride: what remains for
// the next step has shrunk by its size. The scale waits for the last step.
void reduce(Exec& exec, ConstView x, View y, ReduceKind kind) {
  check("reduce", x, y);
  const double scale = scale_of(kind, x, y);
  std::vector<AxisGroup> groups = axis_groups(x.shape, y.shape);
  std::unique_ptr<Scratch> held;
  ConstView source = x;
  while (true) {
    std::int64_t outer = 1, count = 1, inner = 1;
    std::size_t at = groups.size();
    while (at > 0 && !groups[at - 1].summed) inner *= groups[--at].size;
    if (at > 0) count = groups[--at].size;
    for (std::size_t i = 0; i < at; ++i) outer *= groups[i].size;
    groups.resize(at);
    if (inner > 1) groups.push_back({inner, false});
    source.shape = {outer, count, inner};

    const bool last = at <= 1;  // nothing before it, or one group that is kept
    if (last) return reduce_step(exec, source, View{y.data, {outer, inner}, y.dtype}, scale);
    const DType between = x.dtype == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
    auto partial =
        std::make_unique<Scratch>(exec, static_cast<std::size_t>(outer * inner) * size_of(between));
    const View sums{partial->data(), {outer, inner}, between};
    reduce_step(exec, source, sums, 1.0);
    source = sums;
    held = std::move(partial);
  }
}

void reduce_backward(Exec& exec, ConstView dy, View dx, ReduceKind kind) {
  check("reduce_backward", dx, dy);
  broadcast_step(exec, dy, dx, scale_of(kind, dx, dy));
}

}  // namespace salix::kernels
