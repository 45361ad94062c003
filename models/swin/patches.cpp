#include "models/swin/patches.h"

#include "layers/functional/matmul.h"
#include "layers/functional/permute.h"
#include "layers/modules/init.h"

namespace salix {

PatchEmbedding::PatchEmbedding(Exec& exec, std::int64_t channels)
    : project_(exec, 3, channels, {.kernel = kPatch, .stride = kPatch}), norm_(exec, channels) {
  add_module("proj", project_);
  add_module("norm", norm_);
}

Tensor PatchEmbedding::operator()(const Tensor& image) const { return norm_(project_(image)); }

PatchMerging::PatchMerging(Exec& exec, std::int64_t channels)
    : reduction(init::default_uniform(exec, {2 * channels, 4 * channels}, 4 * channels)),
      reduction_state_(reduction),
      norm_(exec, 4 * channels) {
  add_module("reduction", reduction_state_);
  add_module("norm", norm_);
}

Tensor PatchMerging::operator()(const Tensor& x) const {
  const std::int64_t height = x.dim(1) / 2, width = x.dim(2) / 2, channels = x.dim(3);
  const Tensor cut = x.reshape({x.dim(0), height, 2, width, 2, channels});
  const Tensor side_by_side =
      permute(cut, {0, 1, 3, 4, 2, 5}).reshape({x.dim(0), height, width, 4 * channels});
  return linear(norm_(side_by_side), reduction);
}

}  // namespace salix
