#include "train/recipes/a2s/stage1_batch.h"

#include "data/loading/draws.h"
#include "layers/functional/concat.h"

namespace salix {

Stage1Batch make_stage1_batch(Exec& exec, const data::Batch& batch, int size, std::uint64_t seed,
                              std::int64_t step) {
  const Shape shape{static_cast<std::int64_t>(batch.samples.size()), size, size, 3};
  const auto tensor = [&](const data::HostBuffer& values) {
    return Tensor::upload(exec, values.span(), shape);
  };
  const Tensor image = tensor(batch.image);
  std::vector<Tensor> priors{image};
  for (const data::HostBuffer& prior : batch.prior) {
    if (!prior.empty()) priors.push_back(tensor(prior));
  }
  return {.image = image,
          .priors = priors.size() == 1 ? image : concat(priors, -1),
          .second_size = size + 64 * data::draw_scale(seed, step - 1),
          .epoch = static_cast<int>(batch.epoch),
          .step = step};
}

int default_tune(const data::SampleFiles& first_of_batch) {
  return first_of_batch.set == "MSB-TR" ? 2 : 20;
}

}  // namespace salix
