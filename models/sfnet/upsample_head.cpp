#include "models/sfnet/upsample_head.h"

#include "layers/functional/binary.h"

namespace salix {
namespace {

constexpr Conv2dOptions k3x3{.kernel = 3, .padding = 1, .bias = false};

}  // namespace

UpsampleHead::UpsampleHead(Exec& exec, std::int64_t in_channels, std::int64_t out_channels)
    : refine_(exec, {"conv1", "bn1"}, in_channels, in_channels, k3x3),
      project_(exec, {"conv2", "bn2"}, in_channels, out_channels, k3x3) {
  add_module("", refine_);
  add_module("", project_);
}

Tensor UpsampleHead::operator()(const Tensor& x) {
  const Tensor refined = x + refine_(x, {.relu = true});
  return project_.on_enlarged(refined, 2 * x.dim(1), 2 * x.dim(2), {.align_corners = true},
                              /*then_relu=*/true);
}

}  // namespace salix
